//! `parentage token`: tokens of the service.

use clap::{Args, Subcommand, ValueEnum};

use crate::server::{Role, new_token};

use super::output::Output;
use super::{Outcome, Stop};

/// Tokens of the service
#[derive(Args)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a token; it is shown once, and the file of --tokens gets its digest
    New(New),
}

#[derive(Args)]
struct New {
    /// Whose it is, one word: it stands in the log
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// What its holder may do
    #[arg(long, value_enum, value_name = "ROLE", default_value = "read")]
    role: RoleName,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum RoleName {
    /// Screen and look up
    Read,
    /// Decide on matches, too
    Decide,
    /// Load snapshots, too
    Admin,
}

fn name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || "-_.@".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("write one word of letters, digits and - _ . @".to_owned()),
    }
}

impl Token {
    pub fn run(self) -> Result<Outcome, Stop> {
        let Command::New(New { name, role }) = self.command;
        let role = match role {
            RoleName::Read => Role::Read,
            RoleName::Decide => Role::Decide,
            RoleName::Admin => Role::Admin,
        };
        let (token, line) = new_token(&name, role)?;
        anstream::eprintln!("the token, which is shown once: {token}");
        anstream::eprintln!("the line for the file of --tokens:");
        let mut output = Output::open(None)?;
        output.text(&format!("{line}\n"))?;
        output.finish()?;
        Ok(Outcome::default())
    }
}
