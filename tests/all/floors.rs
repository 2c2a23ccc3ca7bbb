//! A file imports only floors below its own: the picture in ARCHITECTURE.md cannot rot.

use std::path::{Path, PathBuf};

/// Module by floor; files of a module share its floor. `cli` and `main` stand on top.
const FLOORS: &[(&str, u8)] = &[
    ("share", 0),
    ("day", 0),
    ("column", 0),
    ("error", 0),
    ("model", 1),
    ("name", 1),
    ("rule", 1),
    ("source", 2),
    ("graph", 3),
    ("link", 3),
    ("expand", 4),
    ("verify", 4),
    ("index", 5),
    ("snapshot", 6),
    ("screen", 7),
    ("selftest", 7),
    ("changes", 7),
    ("decisions", 7),
    ("monitor", 7),
    ("report", 8),
    ("server", 9),
    ("cli", 9),
    ("main", 9),
];

/// Modules of one floor that may know each other, the later one the earlier.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("graph", "source"),
    ("rule", "model"),
    ("name", "model"),
    ("selftest", "screen"),
    ("changes", "screen"),
    ("monitor", "screen"),
    ("monitor", "decisions"),
];

/// Crates that one module alone may import.
const ONLY_IMPORTER: &[(&str, &[&str])] = &[
    ("fst::", &["index"]),
    ("petgraph::", &["graph", "expand", "snapshot", "report"]),
    ("clap::", &["cli"]),
    ("indicatif::", &["cli"]),
    ("axum::", &["server"]),
    ("tokio::", &["server"]),
    ("utoipa::", &["server"]),
    ("csv::", &["source", "cli", "report", "decisions"]),
    ("rusqlite::", &["decisions"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = Vec::new();
    sources(root, &mut files);
    files
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(root).unwrap();
            let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
            let module = first.strip_suffix(".rs").unwrap_or(first).to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            (module, path, text)
        })
        .filter(|(module, path, _)| {
            let test = path.components().any(|part| part.as_os_str() == "tests");
            module != "lib" && !path.ends_with("tests.rs") && !test
        })
        .collect()
}

fn floor(module: &str) -> u8 {
    let found = FLOORS.iter().find(|(name, _)| *name == module);
    found
        .unwrap_or_else(|| panic!("{module} has no floor: say in ARCHITECTURE.md where it stands"))
        .1
}

/// Modules named after `crate::` or `parentage::` in code lines.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    // A group that is broken over lines is one line again.
    for line in code.join(" ").replace("::{ ", "::{").split(';') {
        for root in ["crate::", "parentage::"] {
            for (at, _) in line.match_indices(root) {
                let rest = &line[at + root.len()..];
                let names: Vec<&str> = match rest.strip_prefix('{') {
                    Some(group) => group
                        .split('}')
                        .next()
                        .unwrap_or(group)
                        .split(',')
                        .map(|part| part.trim().split("::").next().unwrap())
                        .collect(),
                    None => {
                        vec![rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()]
                    }
                };
                found.extend(
                    names
                        .into_iter()
                        .map(str::to_owned)
                        .filter(|name| FLOORS.iter().any(|(known, _)| known == name)),
                );
            }
        }
    }
    found
}

#[test]
fn nothing_is_imported_from_above() {
    for (module, path, text) in all() {
        for import in imports(&text).into_iter().filter(|import| *import != module) {
            let allowed = floor(&import) < floor(&module)
                || NEIGHBOURS.contains(&(module.as_str(), import.as_str()))
                || (module == "cli" || module == "main") && floor(&import) <= 9;
            assert!(allowed, "{} imports {import}, which is not below {module}", path.display());
        }
    }
}

/// What checks the engine shares the nouns, the readers and the names with it, and nothing else.
#[test]
fn the_second_program_knows_nothing_of_the_first() {
    for (_, path, text) in all().into_iter().filter(|(module, ..)| module == "verify") {
        for import in imports(&text).into_iter().filter(|import| import != "verify") {
            assert!(floor(&import) <= 2, "{} imports {import}", path.display());
        }
    }
}

#[test]
fn some_crates_have_one_importer() {
    for (module, path, text) in all() {
        for (used, importers) in ONLY_IMPORTER {
            let imports = text.lines().any(|line| line.starts_with(&format!("use {used}")));
            assert!(
                !imports || importers.contains(&module.as_str()),
                "{} uses {used}",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_command_prints_and_exits() {
    for (module, path, text) in all() {
        if ["cli", "main", "server"].contains(&module.as_str()) {
            continue;
        }
        for word in [
            "println!",
            "eprintln!",
            "print!(",
            "process::exit",
            "ExitCode",
            "stdout()",
            "stderr()",
        ] {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn there_is_no_float_where_shares_are_counted() {
    for (module, path, text) in all() {
        let exact = ["share", "rule", "expand"].contains(&module.as_str());
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let floats = code.filter(|line| line.contains("f64") || line.contains("f32")).count();
        assert!(!exact || floats == 0, "{}", path.display());
    }
}

#[test]
fn files_stay_under_500_lines() {
    for (_, path, text) in all() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines without tests", path.display());
    }
}
