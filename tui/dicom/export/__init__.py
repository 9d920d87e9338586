"""Taking something away: pictures, data, headers. `formats.FORMATS` lists what can be written, `run.export` writes it."""
