//! The jobs of a service: kept in a folder each, worked on one at a time by processes of their own.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path as File, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use utoipa::ToSchema;

use parentage::error::Error;

/// What a job has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for those before it.
    Queued,
    /// It is screened.
    Running,
    /// Its result is whole.
    Done,
    /// It could not be screened; `messages` say why.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

/// A job as its folder keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    pub id: String,
    /// Whose it is.
    pub by: String,
    pub state: Stage,
    /// Seconds since 1970.
    pub created: u64,
    pub snapshot: String,
    /// How often its process was killed.
    #[serde(default)]
    pub killed: u32,
    pub input: String,
    pub output: String,
    pub arguments: Vec<String>,
    /// What could not be read, or why it failed.
    pub messages: Vec<String>,
}

/// The jobs of a service.
pub struct Jobs {
    folder: PathBuf,
    all: Mutex<BTreeMap<String, Kept>>,
    /// Something is queued.
    pub queued: Notify,
    /// A running job may be cancelled.
    pub cancelled: Notify,
}

/// Makes a folder that nobody else of the machine can look into: files of parties lie in it.
pub fn private(folder: &File) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// How often a job whose process is killed is begun again: by a system without memory it is killed every time.
const MOST_KILLED: u32 = 3;

/// Messages that are kept of a job, and letters of each.
const MESSAGES: usize = 100;
const LETTERS: usize = 500;

impl Jobs {
    /// The jobs of a folder; those that a service left under way wait for their turn again.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(data: &File) -> Result<Jobs, Error> {
        let folder = data.join("jobs");
        let failed = |error| Error::io(folder.display().to_string(), error);
        private(&folder).map_err(failed)?;
        let mut all = BTreeMap::new();
        for item in std::fs::read_dir(&folder).map_err(failed)?.flatten() {
            let text = std::fs::read_to_string(item.path().join("job.json")).unwrap_or_default();
            // Others' folders are none of ours to touch, nor what a newer version left.
            let Ok(mut kept) = serde_json::from_str::<Kept>(&text) else { continue };
            if kept.state == Stage::Running {
                kept.state = Stage::Queued;
            }
            all.insert(kept.id.clone(), kept);
        }
        let (queued, cancelled) = (Notify::new(), Notify::new());
        queued.notify_one();
        Ok(Jobs { folder, all: Mutex::new(all), queued, cancelled })
    }

    /// Every job, by id.
    pub fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Kept>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a job lies.
    pub fn folder_of(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// Keeps a job: under another name first, so that what is there is whole.
    pub fn keep(&self, kept: &Kept) -> Result<(), String> {
        let path = self.folder_of(&kept.id).join("job.json");
        let new = path.with_extension("new");
        let text = serde_json::to_string(kept).map_err(|error| error.to_string())?;
        let write = || {
            let mut file = std::fs::File::create(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &path)
        };
        write().map_err(|error| format!("the job cannot be kept: {error}"))
    }

    /// Gives a job another state where it has one of some.
    pub fn turn(&self, id: &str, from: &[Stage], to: Stage, messages: Vec<String>) -> bool {
        let mut all = self.all();
        let Some(kept) = all.get_mut(id).filter(|kept| from.contains(&kept.state)) else {
            return false;
        };
        kept.state = to;
        kept.messages = messages;
        // What cannot be written is told of the job all the same, and done once more after a restart.
        let _ = self.keep(kept);
        true
    }

    /// The job that waits longest.
    fn next(&self) -> Option<Kept> {
        let all = self.all();
        let queued = all.values().filter(|kept| kept.state == Stage::Queued);
        queued.min_by_key(|kept| (kept.created, kept.id.clone())).cloned()
    }

    /// Works on jobs, one at a time, until the service ends. `ended` is told of each that is over.
    pub async fn work(&self, ended: &(impl Fn(&Kept) + Sync)) {
        loop {
            let Some(kept) = self.next() else {
                self.queued.notified().await;
                continue;
            };
            if self.turn(&kept.id, &[Stage::Queued], Stage::Running, Vec::new()) {
                let snapshots = self.folder.with_file_name("snapshots");
                let (to, messages) = self.screen(&kept, &snapshots).await;
                // Before it is so: a service that is killed here works on it again, and says it again.
                if to != Stage::Queued && !self.is_cancelled(&kept.id) {
                    ended(&Kept { state: to, ..kept.clone() });
                }
                self.turn(&kept.id, &[Stage::Running], to, messages);
            }
        }
    }

    /// Screens the file of a job in a process of its own.
    async fn screen(&self, kept: &Kept, snapshots: &File) -> (Stage, Vec<String>) {
        let folder = self.folder_of(&kept.id);
        let path = |name: &str| folder.join(name).display().to_string();
        let mut arguments = vec!["--in".to_owned(), path(&kept.input)];
        arguments.extend(["--out".to_owned(), path(&kept.output)]);
        let snapshot = snapshots.join(format!("{}.snapshot", kept.snapshot));
        arguments.extend(["--snapshot".to_owned(), snapshot.display().to_string()]);
        arguments.extend(["--resume", "--quiet"].map(str::to_owned));
        arguments.extend(kept.arguments.iter().cloned());
        let program = match std::env::current_exe() {
            Ok(program) => program,
            Err(error) => return (Stage::Failed, vec![error.to_string()]),
        };
        let started = tokio::process::Command::new(program)
            .arg("job")
            .arg(&folder)
            .arg("--")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return (Stage::Failed, vec![error.to_string()]),
        };
        let (_held, told) = (child.stdin.take(), child.stderr.take());
        let told = tokio::spawn(messages(told, folder.display().to_string()));
        let ended = loop {
            tokio::select! {
                ended = child.wait() => break ended,
                () = self.cancelled.notified() => {
                    if self.is_cancelled(&kept.id) {
                        let _ = child.kill().await;
                    }
                }
            }
        };
        let messages = told.await.unwrap_or_default();
        match ended.map(|status| status.code()) {
            // 3: what could not be read is among the messages, and in the result as errors.
            Ok(Some(0 | 1 | 3)) => (Stage::Done, messages),
            // Killed: it goes on where it was.
            Ok(None) if self.begun_again(&kept.id) => (Stage::Queued, messages),
            Ok(None) => {
                let why =
                    "its process was killed again and again; is there memory enough?".to_owned();
                (Stage::Failed, [messages, vec![why]].concat())
            }
            Ok(Some(_)) => (Stage::Failed, messages),
            Err(error) => (Stage::Failed, vec![error.to_string()]),
        }
    }

    /// Counts that a process was killed; whether the job may be begun again.
    fn begun_again(&self, id: &str) -> bool {
        let mut all = self.all();
        let kept = all.get_mut(id);
        kept.is_some_and(|kept| {
            kept.killed += 1;
            kept.killed <= MOST_KILLED
        })
    }

    fn is_cancelled(&self, id: &str) -> bool {
        self.all().get(id).is_none_or(|kept| kept.state == Stage::Cancelled)
    }
}

/// What a process tells, without the folder in which it works.
async fn messages(told: Option<tokio::process::ChildStderr>, folder: String) -> Vec<String> {
    let mut text = Vec::new();
    if let Some(told) = told {
        // All of it is read, so that the process never waits for a reader.
        let mut told = told;
        let _ = told.read_to_end(&mut text).await;
    }
    let text = String::from_utf8_lossy(&text).replace(&format!("{folder}/"), "");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.take(MESSAGES).map(|line| line.chars().take(LETTERS).collect()).collect()
}
