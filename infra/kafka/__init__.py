"""The broker from our side: topics made as code, the relay's producer, and how far behind the workers are."""
