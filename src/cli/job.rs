//! `parentage job`: what the service starts for a file of parties; nobody else calls it.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Parser};

use parentage::error::Error;

use super::screen::Screen;
use super::{Outcome, Stop};

/// Screen the file of a job of the service
#[derive(Args)]
pub struct Job {
    /// The folder of the job
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What `screen` is asked
    #[arg(value_name = "ARGUMENT", last = true)]
    arguments: Vec<String>,
}

/// `screen` by itself.
#[derive(Parser)]
struct Asked {
    #[command(flatten)]
    screen: Screen,
}

impl Job {
    pub fn run(self) -> Result<Outcome, Stop> {
        // The service holds the other end of standard input: when it is gone, however it went, so is its job, which the
        // next service takes up where this one was.
        std::thread::spawn(|| {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            std::process::exit(2);
        });
        let path = self.folder.join("lock");
        let failed = |error| Error::io(path.display().to_string(), error);
        let lock = File::create(&path).map_err(failed)?;
        // A job of a service that was killed may need a moment to notice.
        lock.lock().map_err(failed)?;
        let screen = std::iter::once("screen".to_owned()).chain(self.arguments);
        let asked = Asked::try_parse_from(screen);
        let asked = asked.map_err(|error| Error::Request(error.to_string()))?;
        let outcome = asked.screen.run();
        drop(lock);
        outcome
    }
}
