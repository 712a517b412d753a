"""The service catalogue as data: definitions, their check, order forms, differences of versions."""
