//! The lines of an alignment, and the score that they add up to.

/// Points of a score of 1.
pub const POINTS_OF_ONE: i32 = 10_000;

/// What a line of an alignment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The same word.
    Equal,
    /// The same word but for typing errors, or for the hand that wrote it in Latin letters.
    Spelling,
    /// One is a usual abbreviation of the other.
    Abbreviation,
    /// The same word in another form or language.
    Translation,
    /// A word in an East Asian script and how it is read.
    Reading,
    /// Legal forms that are used for one another.
    Form,
    /// One letter for a word.
    Initial,
    /// One word written as two, or two as one.
    Spacing,
    /// One name is the first letters of the other's words: weak evidence.
    Acronym,
    /// One name is the beginning of the other, cut off by the width of a field.
    Truncation,
    /// Only one name has it.
    Omission,
    /// No part of the name: what master data add.
    Noise,
    /// Another name of the same company, written beside it.
    OtherName,
    /// The names say different things here.
    Contradiction,
    /// The legal forms are of different classes.
    FormConflict,
    /// The numbers differ, or only one name has one.
    NumberConflict,
    /// The names speak of different places, or only one of a country.
    PlaceConflict,
    /// The countries known of both differ.
    CountryConflict,
    /// The cities known of both agree.
    CityEqual,
    /// The cities known of both differ.
    CityConflict,
    /// The birth dates known of both agree.
    BirthDateEqual,
    /// The birth dates known of both differ.
    BirthDateConflict,
    /// The identifiers known of both differ.
    IdentifierConflict,
    /// An identifier agrees; the names are shown beside it.
    IdentifierEqual,
    /// A person against a company.
    KindConflict,
}

impl LineKind {
    /// The word as output writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            LineKind::Equal => "equal",
            LineKind::Spelling => "spelling",
            LineKind::Abbreviation => "abbreviation",
            LineKind::Translation => "translation",
            LineKind::Reading => "reading",
            LineKind::Form => "form",
            LineKind::Initial => "initial",
            LineKind::Spacing => "spacing",
            LineKind::Acronym => "acronym",
            LineKind::Truncation => "truncation",
            LineKind::Omission => "omission",
            LineKind::Noise => "noise",
            LineKind::OtherName => "other_name",
            LineKind::Contradiction => "contradiction",
            LineKind::FormConflict => "form_conflict",
            LineKind::NumberConflict => "number_conflict",
            LineKind::PlaceConflict => "place_conflict",
            LineKind::CountryConflict => "country_conflict",
            LineKind::CityEqual => "city",
            LineKind::CityConflict => "city_conflict",
            LineKind::BirthDateEqual => "birth_date",
            LineKind::BirthDateConflict => "birth_date_conflict",
            LineKind::IdentifierConflict => "identifier_conflict",
            LineKind::IdentifierEqual => "identifier",
            LineKind::KindConflict => "kind_conflict",
        }
    }
}

/// One line of an alignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The words of the first name, as written; empty for none.
    pub query: String,
    /// The words of the second name, as written; empty for none.
    pub name: String,
    /// What the line says.
    pub kind: LineKind,
    /// Points, of [`POINTS_OF_ONE`] for a score of 1; negative for a penalty.
    pub points: i32,
}

/// A score with the lines that add up to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The lines.
    pub lines: Vec<Line>,
}

impl Comparison {
    /// The score in points of [`POINTS_OF_ONE`]: the sum of the lines.
    pub fn points(&self) -> i32 {
        self.lines.iter().map(|line| line.points).sum()
    }

    /// The score in 0..1.
    pub fn score(&self) -> f64 {
        f64::from(self.points()) / f64::from(POINTS_OF_ONE)
    }

    /// Whether it rests on an acronym alone: weak, however high.
    pub fn is_weak(&self) -> bool {
        let has = |kind| self.lines.iter().any(|line| line.kind == kind);
        has(LineKind::Acronym) && !has(LineKind::IdentifierEqual)
    }

    /// Adds a penalty line; the score never falls below 0.
    pub fn penalise(&mut self, query: String, name: String, kind: LineKind, points: i32) {
        let points = -points.min(self.points()).max(0);
        self.lines.push(Line { query, name, kind, points });
    }
}
