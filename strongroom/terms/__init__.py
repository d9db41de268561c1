"""The field's words as types. Pure: nothing here reads a clock, a disk or a database."""
