//! Cutting a name into pieces: words as written and as folded.

use super::forms;
use super::text::{as_shown, fold, is_east_asian};

/// One piece of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// As written.
    pub shown: String,
    /// Folded letters.
    pub text: String,
    /// What part of the name it stands in: another number behind each bracket and each spaced slash.
    pub section: u8,
    /// Whether it stands within brackets or asterisks.
    pub enclosed: bool,
    /// Whether a spaced dash stands before it.
    pub dashed: bool,
    /// Whether a comma stands before it.
    pub comma: bool,
    /// Whether dots part its letters.
    pub dotted: bool,
}

/// Shorthands with a slash that are one word: care of, messrs, trading as, formerly known as.
const SLASHED: &[&str] = &["c/o", "m/s", "a/c", "t/a", "d/b/a", "f/k/a", "a/k/a", "n/k/a"];

/// Cuts a name into pieces.
///
/// Spaces and punctuation separate, apostrophes vanish, `&` stands alone, dots between single
/// letters glue them (`L.L.C.`), and East Asian letters part from others and from their legal form.
/// O(length).
pub(super) fn pieces(name: &str) -> Vec<Piece> {
    let mut cutter = Cutter::default();
    for word in name.split(|c: char| c.is_whitespace() || c.is_control()) {
        cutter.word(word);
    }
    cutter.pieces
}

#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    section: u8,
    depth: u8,
    starred: bool,
    dashed: bool,
    comma: bool,
    dotted: bool,
}

impl Cutter {
    fn word(&mut self, word: &str) {
        // Most words are letters of English with a comma or a dot behind them.
        let letters = word.trim_end_matches([',', '.']);
        if letters.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            if !letters.is_empty() {
                self.push(letters.to_owned(), letters.to_ascii_lowercase());
                self.comma = word.ends_with(',');
            }
            return;
        }
        let lower = word.to_ascii_lowercase();
        let bare = lower.trim_end_matches(['.', ':']);
        if SLASHED.contains(&bare) {
            return self.push(word.to_owned(), bare.to_owned());
        }
        // An address of electronic mail.
        if word.split_once('@').is_some_and(|(name, page)| !name.is_empty() && page.contains('.')) {
            return self.push(word.to_owned(), lower);
        }
        match word {
            "/" => self.section = self.section.saturating_add(1),
            "-" | "–" | "—" => self.dashed = true,
            _ => {}
        }
        let mut run = String::new();
        let mut rest = word.chars();
        while let Some(c) = rest.next() {
            // A bar between small letters is an `l` that a scanner read.
            let small = |c: Option<char>| c.is_some_and(char::is_lowercase);
            let c = if c == '|' && small(run.chars().last()) && small(rest.clone().next()) {
                'l'
            } else {
                c
            };
            if matches!(c, '\'' | '’' | '`' | '´' | 'ʼ') {
                continue;
            }
            if matches!(c, '&' | '＆' | '+') {
                self.parted(&run);
                run.clear();
                self.push(c.to_string(), "&".to_owned());
            } else if c == '.' || is_letter(c) {
                run.push(c);
            } else if is_sign(c) {
                self.parted(&run);
                run.clear();
                self.push(
                    c.to_string(),
                    fold(&c.to_string()).chars().filter(|c| is_letter(*c)).collect(),
                );
            } else {
                self.parted(&run);
                run.clear();
                self.bracket(c);
            }
        }
        self.parted(&run);
    }

    fn bracket(&mut self, c: char) {
        match c {
            ',' => {
                self.comma = true;
                return;
            }
            ':' => {
                self.dashed = true;
                return;
            }
            '/' => {}
            '(' | '[' | '{' | '（' | '【' => self.depth = self.depth.saturating_add(1),
            ')' | ']' | '}' | '）' | '】' => self.depth = self.depth.saturating_sub(1),
            '*' => self.starred = !self.starred,
            _ => return,
        }
        self.section = self.section.saturating_add(1);
    }

    fn push(&mut self, shown: String, text: String) {
        let enclosed = self.depth > 0 || self.starred;
        let (section, dashed) = (self.section, self.dashed);
        let (dotted, comma) = (self.dotted, self.comma);
        (self.dashed, self.comma) = (false, false);
        self.pieces.push(Piece { shown, text, section, enclosed, dashed, comma, dotted });
    }

    fn parted(&mut self, run: &str) {
        let parts: Vec<&str> = run.split('.').filter(|part| !part.is_empty()).collect();
        // "B.IV." is the fourth B, not a form that is written biv.
        let numeral = |part: &str| {
            part.len() == 2 && super::number::roman(&part.to_ascii_lowercase()).is_some()
        };
        let abbreviation = |part: &&str| {
            part.chars().count() <= 2 && !part.chars().any(is_east_asian) && !numeral(part)
        };
        let mut at = 0;
        while at < parts.len() {
            let short = parts[at..].iter().take_while(|part| abbreviation(part)).count();
            let single = parts[at..].iter().take_while(|part| part.chars().count() == 1).count();
            // "z.o.o", "S.p.A" and "s.r.o" are one word; "St.Gallen" and "No.12" are two.
            let glue = if single >= 2 {
                single
            } else if short >= 2 && single >= 1 {
                short
            } else {
                1
            };
            self.dotted = glue > 1;
            self.by_script(&parts[at..at + glue].concat());
            self.dotted = false;
            at += glue;
        }
    }

    fn by_script(&mut self, word: &str) {
        let mut run = String::new();
        let mut east_asian = false;
        for c in word.chars() {
            if !run.is_empty()
                && is_east_asian(c) != east_asian
                && !unicode_normalization::char::is_combining_mark(c)
            {
                self.folded(&run, east_asian);
                run.clear();
            }
            if run.is_empty() {
                east_asian = is_east_asian(c);
            }
            run.push(c);
        }
        self.folded(&run, east_asian);
    }

    fn folded(&mut self, run: &str, east_asian: bool) {
        let mut folded: String = fold(run).chars().filter(|c| is_letter(*c)).collect();
        if folded.is_empty() {
            // Signs that some scripts write vowels with are marks to Unicode: rather odd than lost.
            if !run.chars().any(char::is_alphanumeric) {
                return;
            }
            run.clone_into(&mut folded);
        }
        if east_asian && let Some((before, form, after)) = forms::split_glued(&folded) {
            // `马丁公司上海分公司`: the office of a company carries its name, form included.
            let inner = before.find("公司").filter(|at| *at > 0 && form != "公司");
            let (own, office) = inner.map_or((before, ""), |at| before.split_at(at));
            let (own_form, place) = office.split_at(office.len().min("公司".len()));
            let mut from = 0;
            for part in [own, own_form, place, form, after] {
                let to = from + part.len();
                if from < to {
                    self.push(as_shown(run, &folded, (from, to)), part.to_owned());
                }
                from = to;
            }
            return;
        }
        self.push(run.to_owned(), folded);
    }
}

/// Whether a sign stands for letters in brackets or a square: `㈱` is a legal form.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{3200}'..='\u{321E}' | '\u{3220}'..='\u{3247}' | '\u{3300}'..='\u{3357}' | '\u{337B}'..='\u{337F}')
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) || c == 'ー'
}
