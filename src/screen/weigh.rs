//! What is known of a party beside its name, for and against a match.

use crate::model::{Countries, EntityKind, Identifiers, Party};
use crate::name::{Comparison, LineKind};

/// What a differing country, identifier, kind, birth date or city takes off a score. The first two
/// together may not take an otherwise exact name out of review; a person is hardly ever a company;
/// a person born on another day is hardly ever the same, but lists give doubtful dates; a company
/// has offices in many cities.
const COUNTRY_PENALTY: i32 = 1_600;
const IDENTIFIER_PENALTY: i32 = 1_600;
const KIND_PENALTY: i32 = 3_000;
const BIRTH_DATE_PENALTY: i32 = 1_600;
const CITY_PENALTY: i32 = 200;

/// What an equal birth date or city adds, as far as a name that is not equal can rise: they make a
/// likely name likelier, and no name equal.
const BIRTH_DATE_BONUS: i32 = 400;
const CITY_BONUS: i32 = 200;
const MOST_WITH_BONUS: i32 = 9_900;

/// What is known of an entity.
pub(super) struct Known<'k> {
    pub countries: &'k Countries,
    pub identifiers: &'k Identifiers,
    pub kind: EntityKind,
    /// Of its list entries, as they stand there.
    pub birth_dates: Vec<&'k str>,
    pub cities: Vec<&'k str>,
}

/// Adds and takes off what else is known of the party.
pub(super) fn weigh(party: &Party, known: &Known, comparison: &mut Comparison) {
    weigh_birth_date(party, known, comparison);
    weigh_city(party, known, comparison);
    weigh_countries(comparison, &party.countries, known.countries);
    if party.identifiers.contradict(known.identifiers) {
        let (ours, theirs) = (party.identifiers.to_string(), known.identifiers.to_string());
        comparison.penalise(ours, theirs, LineKind::IdentifierConflict, IDENTIFIER_PENALTY);
    }
    if party.kind.contradicts(known.kind) {
        let (ours, theirs) = (party.kind.to_string(), known.kind.to_string());
        comparison.penalise(ours, theirs, LineKind::KindConflict, KIND_PENALTY);
    }
}

/// Takes off what differing countries speak against a match.
pub fn weigh_countries(comparison: &mut Comparison, ours: &Countries, theirs: &Countries) {
    if ours.contradict(theirs) {
        let (ours, theirs) = (ours.to_string(), theirs.to_string());
        comparison.penalise(ours, theirs, LineKind::CountryConflict, COUNTRY_PENALTY);
    }
}

/// Birth dates agree where one is the other's year or month; any date of any entry that agrees counts.
fn weigh_birth_date(party: &Party, known: &Known, comparison: &mut Comparison) {
    let ours = party.birth_date.trim();
    let dates = each(&known.birth_dates);
    let Some(first) = dates.first().filter(|_| !ours.is_empty()) else { return };
    let agrees = |date: &&&str| date.starts_with(ours) || ours.starts_with(**date);
    match dates.iter().find(agrees) {
        Some(date) => {
            support(comparison, ours, date, LineKind::BirthDateEqual, BIRTH_DATE_BONUS);
        }
        None => comparison.penalise(
            ours.to_owned(),
            (*first).to_owned(),
            LineKind::BirthDateConflict,
            BIRTH_DATE_PENALTY,
        ),
    }
}

fn weigh_city(party: &Party, known: &Known, comparison: &mut Comparison) {
    let ours = crate::name::keys(&party.city).exact;
    let cities = each(&known.cities);
    let Some(first) = cities.first().filter(|_| !ours.is_empty()) else { return };
    match cities.iter().find(|city| crate::name::keys(city).exact == ours) {
        Some(city) => support(comparison, &party.city, city, LineKind::CityEqual, CITY_BONUS),
        None => {
            let (ours, theirs) = (party.city.clone(), (*first).to_owned());
            comparison.penalise(ours, theirs, LineKind::CityConflict, CITY_PENALTY);
        }
    }
}

/// Each value of fields that may hold several.
fn each<'k>(fields: &[&'k str]) -> Vec<&'k str> {
    let values = fields.iter().flat_map(|field| field.split(';')).map(str::trim);
    values.filter(|value| !value.is_empty()).collect()
}

/// The most that what is known of a party can add to a score.
pub fn most_added(party: &Party) -> i32 {
    let given = |field: &str, bonus| if field.trim().is_empty() { 0 } else { bonus };
    given(&party.birth_date, BIRTH_DATE_BONUS) + given(&party.city, CITY_BONUS)
}

fn support(comparison: &mut Comparison, ours: &str, theirs: &str, kind: LineKind, bonus: i32) {
    let points = bonus.min(MOST_WITH_BONUS - comparison.points()).max(0);
    let (query, name) = (ours.to_owned(), theirs.to_owned());
    comparison.lines.push(crate::name::Line { query, name, kind, points });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{compare, parse};

    fn weighed(birth_date: &str, city: &str) -> Comparison {
        let mut party = Party::named("Ivan Petrovich");
        party.kind = EntityKind::Person;
        party.birth_date = birth_date.to_owned();
        party.city = city.to_owned();
        let mut comparison = compare(&parse("Ivan Petrovich"), &parse("Ivan Petrovitch"));
        let known = Known {
            countries: &Countries::default(),
            identifiers: &Identifiers::default(),
            kind: EntityKind::Person,
            birth_dates: vec!["1962-05-01"],
            cities: vec!["Moscow; Moskva"],
        };
        weigh(&party, &known, &mut comparison);
        comparison
    }

    #[test]
    fn birth_dates_and_cities_help_and_contradict() {
        let plain = weighed("", "").points();
        assert!(weighed("1962", "").points() > plain, "the year agrees");
        assert!(weighed("1962-05-01", "MOSCOW").points() > weighed("1962", "").points() - 1);
        assert_eq!(weighed("1963", "").points(), plain - BIRTH_DATE_PENALTY);
        assert_eq!(weighed("", "Kazan").points(), plain - CITY_PENALTY);
    }
}
