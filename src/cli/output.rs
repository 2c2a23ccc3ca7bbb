//! Where output goes, and lists of objects in the formats that all commands share.

use std::fs::File;
use std::io::{BufWriter, Write};

use serde::Serialize;

use parentage::error::Error;
use parentage::verify::seal;

use super::data::Format;

/// Standard output, or a file.
pub struct Output {
    name: String,
    writer: Box<dyn Write>,
}

impl Output {
    /// Opens a file, or standard output where there is none. Styles are kept on a terminal only.
    pub fn open(file: Option<&str>) -> Result<Output, Error> {
        let (name, writer): (&str, Box<dyn Write>) = match file {
            None => ("standard output", Box::new(BufWriter::new(anstream::stdout()))),
            Some(path) => {
                let file = File::create(path).map_err(|error| Error::io(path, error))?;
                (path, Box::new(BufWriter::new(anstream::StripStream::new(file))))
            }
        };
        Ok(Output { name: name.to_owned(), writer })
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Error> {
        self.writer.write_all(text.as_bytes()).map_err(|error| Error::io(&self.name, error))
    }

    /// Writes an object as one line of JSON.
    pub fn json(&mut self, object: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(object)
            .map_err(|error| Error::file(&self.name, format!("cannot be written: {error}")))?;
        self.text(&text)
    }

    /// Writes one row of CSV.
    pub fn row<T: AsRef<[u8]>>(
        &mut self,
        fields: impl IntoIterator<Item = T>,
    ) -> Result<(), Error> {
        let failed =
            |error: csv::Error| Error::file(&self.name, format!("cannot be written: {error}"));
        let mut row = csv::Writer::from_writer(Vec::new());
        row.write_record(fields).map_err(failed)?;
        let bytes = row.into_inner().map_err(|error| Error::io(&self.name, error.into_error()))?;
        self.writer.write_all(&bytes).map_err(|error| Error::io(&self.name, error))
    }

    /// Finishes the output.
    pub fn finish(mut self) -> Result<(), Error> {
        self.writer.flush().map_err(|error| Error::io(&self.name, error))
    }
}

/// Objects one after the other, as an array or as lines.
pub struct Objects {
    format: Format,
    written: usize,
}

impl Objects {
    /// Objects in a format; `None` for text and CSV, which have no objects.
    pub fn new(format: Format) -> Option<Objects> {
        matches!(format, Format::Json | Format::Jsonl).then_some(Objects { format, written: 0 })
    }

    /// Writes the next object.
    pub fn write(&mut self, output: &mut Output, object: &impl Serialize) -> Result<(), Error> {
        if self.format == Format::Json {
            output.text(if self.written == 0 { "[\n" } else { ",\n" })?;
        }
        output.json(object)?;
        if self.format == Format::Jsonl {
            output.text("\n")?;
        }
        self.written += 1;
        Ok(())
    }

    /// Writes the next object with its seal (see [`seal`]) as its last field.
    pub fn write_sealed(
        &mut self,
        output: &mut Output,
        object: &impl Serialize,
    ) -> Result<(), Error> {
        let failed = |error: serde_json::Error| {
            Error::file("the output", format!("cannot be written: {error}"))
        };
        let text = serde_json::to_string(object).map_err(failed)?;
        let seal = seal(&serde_json::from_str(&text).map_err(failed)?);
        let open = text.strip_suffix('}').unwrap_or(&text);
        let sealed =
            serde_json::value::RawValue::from_string(format!("{open},\"seal\":\"{seal}\"}}"));
        self.write(output, &sealed.map_err(failed)?)
    }

    /// Closes the array.
    pub fn finish(self, output: &mut Output) -> Result<(), Error> {
        match (self.format, self.written) {
            (Format::Json, 0) => output.text("[]\n"),
            (Format::Json, _) => output.text("\n]\n"),
            _ => Ok(()),
        }
    }
}

/// Writes all objects.
pub fn write_all<T: Serialize>(
    output: &mut Output,
    mut objects: Objects,
    all: impl IntoIterator<Item = T>,
) -> Result<(), Error> {
    for object in all {
        objects.write(output, &object)?;
    }
    objects.finish(output)
}
