import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.fortuna.ical4j.data.CalendarBuilder;

/** Reads each calendar file strictly and prints every fault: the file's number, a tab, the fault on one line. */
public class StrictCalendar {
    public static void main(String[] files) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (int i = 0; i < files.length; i++) {
            try (var in = Files.newInputStream(Path.of(files[i]))) {
                for (var fault : new CalendarBuilder().build(in).validate().getEntries()) {
                    say(out, i, fault.getSeverity() + " " + fault.getContext() + ": " + fault.getMessage());
                }
            } catch (Exception unreadable) {
                say(out, i, "UNREADABLE " + unreadable);
            }
        }
    }

    private static void say(PrintStream out, int file, String fault) {
        out.println(file + "\t" + fault.replaceAll("\\s+", " "));
    }
}
