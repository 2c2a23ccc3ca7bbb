//! Who may ask: tokens of 256 random bits, of which only SHA-256 digests are kept.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use parentage::error::Error;

/// What a token's holder may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Screen and look up.
    Read,
    /// Decide on matches.
    Decide,
    /// Load snapshots.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [(Role, &'static str); 3] =
        [(Role::Read, "read"), (Role::Decide, "decide"), (Role::Admin, "admin")];
}

/// How a token begins, so that scanners of source code know a lost one.
const BEGIN: &str = "parentage_";

/// The tokens that are known.
#[derive(Debug, Clone, Default)]
pub struct Tokens(Vec<Known>);

#[derive(Debug, Clone)]
struct Known {
    name: String,
    role: Role,
    digest: [u8; 32],
}

impl Tokens {
    /// Reads a file of tokens: a line each of name, role and digest, as `parentage token new` prints it.
    ///
    /// # Errors
    /// The file cannot be read, has no token, or a line is none.
    pub fn open(path: &str) -> Result<Tokens, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        let mut all: Vec<Known> = Vec::new();
        for (at, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fault = || {
                let reason = format!(
                    "line {at} is no token; write `NAME ROLE DIGEST`, as `parentage token new NAME --role ROLE` prints it"
                );
                Error::file(path, reason)
            };
            let known = Known::read(line).ok_or_else(fault)?;
            if all.iter().any(|own| own.name == known.name) {
                let reason = format!("line {at}: the name `{}` stands twice", known.name);
                return Err(Error::file(path, reason));
            }
            all.push(known);
        }
        if all.is_empty() {
            let reason = "has no token; `parentage token new NAME --role read` makes one";
            return Err(Error::file(path, reason));
        }
        Ok(Tokens(all))
    }

    /// Whose a token is, and what he may do. Every digest is looked at, each in constant time.
    pub fn find(&self, token: &str) -> Option<(&str, Role)> {
        let digest = digest(token);
        let mut found = None;
        for known in &self.0 {
            if bool::from(known.digest.ct_eq(&digest)) {
                found = Some((known.name.as_str(), known.role));
            }
        }
        found
    }
}

impl Known {
    fn read(line: &str) -> Option<Known> {
        let mut words = line.split_whitespace();
        let (name, role, hex) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        let (role, _) = Role::ALL.into_iter().find(|(_, word)| *word == role)?;
        let mut digest = [0; 32];
        for (at, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Known { name: name.to_owned(), role, digest })
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A new token, and the line of a file of tokens that knows it.
///
/// # Errors
/// The operating system yields no random bits.
pub fn new_token(name: &str, role: Role) -> Result<(String, String), Error> {
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits).map_err(|error| {
        Error::Request(format!("the operating system yields no random bits: {error}"))
    })?;
    let token = format!("{BEGIN}{}", hex(&bits));
    let role = Role::ALL.iter().find(|(own, _)| *own == role).map_or("", |(_, word)| word);
    let line = format!("{name} {role} {}", hex(&digest(&token)));
    Ok((token, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_digest_alone() {
        let (token, line) = new_token("night job", Role::Read).unwrap();
        assert!(Known::read(&line).is_none(), "a name of two words");
        let (other, _) = new_token("ann", Role::Read).unwrap();
        let line = line.replace("night job", "night-job");
        let tokens = Tokens(vec![Known::read(&line).unwrap()]);
        assert_eq!(tokens.find(&token), Some(("night-job", Role::Read)));
        assert_eq!(tokens.find(&other), None);
        assert_eq!(tokens.find(""), None);
        assert_eq!(token.len(), BEGIN.len() + 64);
        assert!(!line.contains(&token));
    }

    #[test]
    fn lines_that_are_no_token_are_refused() {
        for line in ["", "ann", "ann read", "ann king 00", "ann read 00", "ann read é", "a b c d"]
        {
            assert!(Known::read(line).is_none(), "{line}");
        }
    }
}
