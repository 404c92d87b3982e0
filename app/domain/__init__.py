"""Ground floor: frozen record types, dates and faults. No I/O, no clock."""
