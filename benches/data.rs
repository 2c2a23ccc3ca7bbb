//! Companies, persons and holdings that nobody has, from a seed: the same on every machine.
//!
//! Their shape is that of public registers. Names: words as often as 100,000 company names have them
//! (`src/name/background.tsv`), and as many words that only one name has as there are among those
//! (0.6 a name, of syllables). Owners a company: 64 % one, 17 % two, 7 % three, few more, and a
//! thousand and more in one of 100,000. Shares: 26 % are 100, 6 % exactly 50, 13 % between 25 and 50,
//! 45 % below 25. Chains up to 15 deep; 1.3 % of the entities in rings.

// Benches and tests use different parts of it.
#![allow(dead_code)]

use parentage::name::parse;

/// A small generator of numbers (xorshift64*).
#[derive(Clone)]
pub struct Numbers(pub u64);

impl Numbers {
    /// A number below a limit.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        u32::try_from((high * u64::from(limit)) >> 32).expect("below a 32-bit limit")
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        let at = self.below(u32::try_from(of.len()).expect("a short list"));
        of[at as usize]
    }
}

const FORMS: &[&str] = &[
    "Ltd",
    "Limited",
    "LLC",
    "Inc.",
    "GmbH",
    "S.A.",
    "B.V.",
    "Pvt Ltd",
    "S.r.l.",
    "AG",
    "Co., Ltd.",
    "OOO",
    "AS",
    "Oy",
    "Corp.",
    "PLC",
    "AB",
    "ApS",
    "SARL",
    "Sp. z o.o.",
];

const GIVEN: &[&str] = &[
    "Ivan", "John", "Maria", "Anna", "Sergei", "Oleg", "Wei", "Li", "Mohammed", "Ali", "Peter",
    "Hans", "Karl", "José", "Juan", "Elena", "Viktor", "Fatima", "Chen", "Akira",
];

const FAMILY: &[&str] = &[
    "Petrov",
    "Ivanova",
    "Smith",
    "Johnson",
    "Schmidt",
    "García",
    "Zhang",
    "Wang",
    "Abramenko",
    "Tanaka",
    "Lopez",
    "Müller",
    "Kowalski",
    "Rossi",
    "Nguyen",
    "Haddad",
    "Okafor",
    "Sokolov",
];

const NATIVE: &[&str] = &["北京", "上海", "华", "东方", "科技", "贸易", "电子", "新", "三", "国际"];

const SYLLABLES: &[&str] = &[
    "ka", "ro", "ve", "lin", "tor", "ma", "sel", "dra", "ni", "qu", "ber", "zo", "fa", "len", "ti",
    "gra", "mo", "sha", "pex", "ul", "ard", "ise", "on", "wy", "ga", "hel", "ru", "cor", "ble",
    "ist",
];

/// Makes names.
pub struct Names {
    words: Vec<&'static str>,
    /// How often the words up to each stand in 100,000 names, together.
    up_to: Vec<u32>,
}

impl Names {
    /// Reads the words that names have.
    pub fn new() -> Names {
        let table = include_str!("../src/name/background.tsv");
        let (mut words, mut up_to, mut all) = (Vec::new(), Vec::new(), 0);
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let (word, count) = line.split_once('\t').expect("word and count");
            // Legal forms stand at the end of names, and are added there.
            let name = parse(&format!("Qxqz {word}"));
            if name.tokens.last().is_none_or(|token| token.is_form()) {
                continue;
            }
            all += count.parse::<u32>().expect("a count");
            words.push(word);
            up_to.push(all);
        }
        Names { words, up_to }
    }

    /// The name of an entity of so many: the first half are companies.
    pub fn of(&self, entity: u32, entities: u32, seed: u64) -> String {
        let own = u64::from(entity) + 1;
        let mut numbers = Numbers(seed ^ own.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        numbers.below(2);
        if entity < entities / 2 { self.company(&mut numbers) } else { Names::person(&mut numbers) }
    }

    /// A company's name: one to five words and a legal form, mostly.
    pub fn company(&self, numbers: &mut Numbers) -> String {
        let count = match numbers.below(100) {
            0..8 => 1,
            8..37 => 2,
            37..65 => 3,
            65..84 => 4,
            _ => 5,
        };
        let mut name = String::new();
        for at in 0..count {
            let own = numbers.below(100) < if at == 0 { 48 } else { 5 };
            let word: String = if own || count == 1 {
                let syllables = 2 + numbers.below(3);
                (0..syllables).map(|_| numbers.pick(SYLLABLES)).collect()
            } else {
                self.word(numbers).to_owned()
            };
            // Hardly a name says a word twice.
            let word = capital(&word);
            if !name.split(' ').any(|known| known == word) {
                name.push_str(&word);
                name.push(' ');
            }
        }
        if numbers.below(8) > 0 {
            name.push_str(numbers.pick(FORMS));
        }
        name.trim_end().to_owned()
    }

    fn word(&self, numbers: &mut Numbers) -> &'static str {
        let at = numbers.below(self.up_to[self.up_to.len() - 1]);
        self.words[self.up_to.partition_point(|up_to| *up_to <= at)]
    }

    /// A person's name; a given name is sometimes a letter. One in eight has a common family name.
    pub fn person(numbers: &mut Numbers) -> String {
        let given = numbers.pick(GIVEN);
        let given = if numbers.below(8) == 0 { &given[..1] } else { given };
        let second = if numbers.below(3) == 0 { numbers.pick(GIVEN) } else { "" };
        let family = match numbers.below(8) {
            0 => numbers.pick(FAMILY).to_owned(),
            _ => capital(&(0..4).map(|_| numbers.pick(SYLLABLES)).collect::<String>()),
        };
        format!("{given} {second} {family}").replace("  ", " ")
    }

    /// A Chinese company's name.
    pub fn native(numbers: &mut Numbers) -> String {
        let words: String = (0..2 + numbers.below(2)).map(|_| numbers.pick(NATIVE)).collect();
        format!("{words}{}", numbers.pick(&["有限公司", "股份有限公司", "公司", ""]))
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A name as a customer file may have it: typing errors, words left out, swapped, glued, cut off,
/// abbreviated or added.
pub fn varied(name: &str, numbers: &mut Numbers) -> String {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    for _ in 0..=numbers.below(2) {
        vary(&mut words, numbers);
        if words.is_empty() {
            words.push("X".to_owned());
        }
    }
    words.join(" ")
}

fn vary(words: &mut Vec<String>, numbers: &mut Numbers) {
    let short = |length: usize| u32::try_from(length).expect("a short text");
    let at = numbers.below(short(words.len())) as usize;
    let letters: Vec<char> = words[at].chars().collect();
    if letters.is_empty() {
        // The last change took its only letter.
        words.remove(at);
        return;
    }
    let letter = numbers.below(short(letters.len())) as usize;
    match numbers.below(12) {
        0 => drop(words.remove(at)),
        1 => words.swap(0, at),
        2..6 => words[at] = mistyped(letters, letter, numbers),
        6 if at > 0 => {
            let last = words.remove(at);
            words[at - 1].push_str(&last);
        }
        7 if letter > 0 => {
            words[at] = letters[..letter].iter().collect();
            words.insert(at + 1, letters[letter..].iter().collect());
        }
        8 => {
            let width = 12 + numbers.below(25) as usize;
            let cut: String = words.join(" ").chars().take(width).collect();
            *words = cut.split_whitespace().map(str::to_owned).collect();
        }
        9 => words[at] = letters[..1].iter().collect(),
        10 => *words = vec![words.iter().filter_map(|word| word.chars().next()).collect()],
        _ => {
            const ADDED: &[&str] = &[
                "Ltd",
                "L.L.C.",
                "Limitd",
                "Lrd",
                "Inx",
                "Holdings",
                "Group",
                "of",
                "2",
                "China",
                "(Shanghai)",
                "formerly Alpha",
                "- DO NOT USE",
            ];
            words.push(numbers.pick(ADDED).to_owned());
        }
    }
}

fn mistyped(mut letters: Vec<char>, at: usize, numbers: &mut Numbers) -> String {
    let other = char::from(b'a' + u8::try_from(numbers.below(26)).expect("a letter"));
    match numbers.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, other),
        2 => letters[at] = other,
        _ if at > 0 => letters.swap(at - 1, at),
        _ => {}
    }
    letters.into_iter().collect()
}

/// Holdings between so many entities: `each(holder, issuer, share)` with the share in percent, a range
/// such as `25-50` for one of ten, nothing where it is not known.
///
/// Every second entity is a company with owners. An owner is a person at the top or a company of the
/// layer above: 15 layers.
pub fn holdings(entities: u32, holdings: u32, seed: u64, mut each: impl FnMut(u32, u32, &str)) {
    const LAYERS: u32 = 15;
    let mut numbers = Numbers(seed);
    let companies = entities / 2;
    let (mut made, mut company) = (0, 0);
    while made < holdings {
        let issuer = company % companies;
        company += 1;
        let owners = match numbers.below(1_000) {
            0..640 => 1,
            640..810 => 2,
            810..880 => 3,
            _ if numbers.below(12_000) == 0 => 1_000 + numbers.below(4_000),
            _ => 4 + numbers.below(12),
        };
        let owners = owners.min(holdings - made);
        let layer = issuer % LAYERS;
        for _ in 0..owners {
            let above = numbers.below(companies / LAYERS) * LAYERS + layer.saturating_sub(1);
            let holder = match (layer, numbers.below(100)) {
                // Two companies that hold one another.
                (1.., 0) if issuer % 40 == 1 => (issuer + LAYERS) % companies,
                (0, _) | (_, 0..70) => companies + numbers.below(companies),
                _ => above,
            };
            let share = if owners == 1 { 26 + numbers.below(74) } else { numbers.below(100) };
            each(holder, issuer, &share_of(share, owners, &mut numbers));
        }
        made += owners;
    }
}

fn share_of(kind: u32, owners: u32, numbers: &mut Numbers) -> String {
    if owners > 100 {
        return format!("0.{:03}", 1 + numbers.below(99));
    }
    match kind {
        0..45 => format!("{}.{:02}", numbers.below(25), numbers.below(100)),
        45..58 => format!("{}.{:02}", 25 + numbers.below(25), numbers.below(100)),
        58..64 => "50".to_owned(),
        64..70 => "25-50".to_owned(),
        70..74 => String::new(),
        _ if owners == 1 => "100".to_owned(),
        _ => format!("{}.{:02}", 50 + numbers.below(10), numbers.below(100)),
    }
}
