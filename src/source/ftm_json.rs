//! Entities of FollowTheMoney, one a line (`entities.ftm.json` of OpenSanctions): those that are sanctioned or under
//! export control are list entries, each on the lists of its datasets.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde_json::Value;

use super::guarded::{objects, text, texts};
use super::listed::{About, Listed, Sink, tidy};
use super::ofac_csv;
use super::ofsi_csv::UK;
use super::records::Records;
use super::uk_list::restriction_of;
use super::values::{Country, UNREAD_BIRTH, births, country, day, first_day, identifier, last_day};
use crate::day::Day;
use crate::model::{Countries, EntityKind, Identifiers, ListEntry, ListInfo, Party, Restriction};

const fn about(list: &'static str, title: &'static str, restriction: Option<Restriction>) -> About {
    About { list, title, authority: "OpenSanctions", restriction }
}

/// Lists by the datasets of OpenSanctions, by name and by title.
const DATASETS: &[(&str, &str, About)] = &[
    (
        "us_ofac_sdn",
        "US OFAC Specially Designated Nationals",
        about("US-SDN", "US SDN, by OpenSanctions", Some(Restriction::AssetFreeze)),
    ),
    (
        "us_ofac_cons",
        "US OFAC Consolidated (non-SDN)",
        about("US-NONSDN", "US non-SDN, by OpenSanctions", Some(Restriction::Other)),
    ),
    (
        "us_trade_csl",
        "US Trade Consolidated Screening",
        about(
            "US-CSL",
            "US Consolidated Screening List, by OpenSanctions",
            Some(Restriction::Licence),
        ),
    ),
    (
        "us_bis_denied",
        "US BIS Denied Persons",
        about("US-DPL", "US Denied Persons List, by OpenSanctions", Some(Restriction::ExportBan)),
    ),
    (
        "us_dod_chinese_milcorps",
        "US DoD Chinese military companies",
        about("US-1260H", "US Section 1260H, by OpenSanctions", Some(Restriction::Other)),
    ),
    (
        "un_sc_sanctions",
        "UN Security Council Consolidated Sanctions",
        about("UN", "UN list, by OpenSanctions", Some(Restriction::AssetFreeze)),
    ),
    (
        "eu_fsf",
        "EU Financial Sanctions Files",
        about("EU-FSF", "EU list, by OpenSanctions", Some(Restriction::AssetFreeze)),
    ),
    (
        "gb_hmt_sanctions",
        "UK HMT/OFSI Consolidated",
        about("UK-SANCTIONS", "UK list, by OpenSanctions", None),
    ),
    (
        "gb_fcdo_sanctions",
        "UK FCDO Sanctions List",
        about("UK-SANCTIONS", "UK list, by OpenSanctions", None),
    ),
    (
        "ch_seco_sanctions",
        "Swiss SECO Sanctions",
        about("CH-SECO", "Swiss list, by OpenSanctions", Some(Restriction::AssetFreeze)),
    ),
    (
        "ca_dfatd_sema_sanctions",
        "Canadian Consolidated Autonomous",
        about("CA-SEMA", "Canadian list, by OpenSanctions", Some(Restriction::AssetFreeze)),
    ),
];

/// Lists by programmes, which tell those of the US Consolidated Screening List apart.
const PROGRAMMES: &[(&str, &str)] = &[
    ("US-BIS-EL", "Entity List"),
    ("US-BIS-MEU", "Military End User"),
    ("US-BIS-UVL", "Unverified List"),
    ("US-BIS-DPL", "Denied Persons"),
    ("US-AECA-DEBARRED", "AECA Debarred"),
    ("US-DOS-ISN", "Nonproliferation Sanctions"),
];

/// What is on some other list.
const OTHER: About = about("OPENSANCTIONS", "Other lists, by OpenSanctions", None);

/// The lists of datasets, each once.
pub(super) fn lists_of<'d>(
    datasets: impl Iterator<Item = &'d str>,
    programmes: &[String],
) -> Vec<&'static About> {
    let mut lists: Vec<&'static About> = Vec::new();
    for dataset in datasets.map(str::trim).filter(|dataset| !dataset.is_empty()) {
        let known =
            DATASETS.iter().find(|(name, title, _)| *name == dataset || dataset.starts_with(title));
        let about = known.map_or(&OTHER, |(_, _, about)| about);
        if !lists.iter().any(|one| one.list == about.list) {
            lists.push(about);
        }
    }
    for (programme, source) in PROGRAMMES {
        let is_of = programmes.iter().any(|own| own.trim() == *programme);
        if let Some(about) = super::csl_csv::list_of(source).ok().filter(|_| is_of)
            && !lists.iter().any(|one| one.list == about.list)
        {
            lists.push(about);
            lists.retain(|one| one.list != "US-CSL");
        }
    }
    // What is on a list of its own needs no other.
    if lists.len() > 1 {
        lists.retain(|about| about.list != OTHER.list);
    }
    if lists.is_empty() { vec![&OTHER] } else { lists }
}

/// Whether a topic says that an entity is itself on a list: not that it is near somebody who is.
fn is_listing(topic: &str) -> bool {
    matches!(
        topic,
        "sanction"
            | "sanction.counter"
            | "export.control"
            | "export.risk"
            | "debarment"
            | "invest.ban"
    )
}

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    objects(reader, &mut |number, object| {
        let object = match object {
            Ok(object) => object,
            Err(reason) => return sink.take(number, Err(reason), &String::new),
        };
        let Some(properties) = object.get("properties").filter(|all| all.is_object()) else {
            let reason = "is no entity of FollowTheMoney: it has no `properties`".to_owned();
            return sink.take(number, Err(reason), &|| object.to_string());
        };
        if text(&object, "schema") == "Sanction" {
            sanction(&object, properties, sink);
            return sink.pass();
        }
        if !texts(properties, "topics").iter().any(|topic| is_listing(topic)) {
            return sink.pass();
        }
        // Whoever is on a list is, whatever else it is.
        let kind = kind_of(&text(&object, "schema")).unwrap_or(EntityKind::Unknown);
        let datasets = texts(&object, "datasets");
        let last = day(&text(&object, "last_seen"), false);
        let mut first = true;
        let programmes = texts(properties, "programId");
        for about in lists_of(datasets.iter().map(String::as_str), &programmes) {
            sink.describe(about, last);
            let mut listed = described(&object, properties, kind);
            listed.list = about.list.into();
            listed.identifiers.push(Identifiers::of_record("ftm", &listed.entry));
            match std::mem::take(&mut first) {
                true => sink.take(number, Ok(listed), &|| object.to_string()),
                false => sink.also(listed, &|| object.to_string()),
            }
        }
    })
}

/// Sanctions by the entity that they are of: what an authority says of its entry on the lists of a dataset.
#[derive(Debug, Default)]
pub(super) struct Sanctions(BTreeMap<String, Vec<Sanction>>);

#[derive(Debug)]
struct Sanction {
    lists: Vec<&'static str>,
    programmes: Vec<String>,
    /// The instrument, and what it orders.
    announcement: String,
    measures: Vec<String>,
    remarks: Vec<String>,
    published: Option<Day>,
    effective: Option<Day>,
    /// The last day.
    last: Option<Day>,
}

fn sanction(object: &Value, properties: &Value, sink: &mut Sink) {
    let all = |names: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| texts(properties, name)).collect()
    };
    let programmes = all(&["programId", "program"]);
    let datasets = texts(object, "datasets");
    let first = |name: &str| all(&[name]).iter().filter_map(|text| first_day(text)).min();
    for entity in all(&["entity"]) {
        let lists = lists_of(datasets.iter().map(String::as_str), &programmes);
        let own = Sanction {
            lists: lists.into_iter().map(|about| about.list).collect(),
            programmes: programmes.clone(),
            announcement: all(&["authorityId", "unscId"]).join("; "),
            measures: all(&["provisions"]),
            remarks: all(&["reason", "summary", "status", "authority"]),
            published: first("listingDate").or_else(|| first("startDate")),
            effective: first("startDate"),
            last: all(&["endDate"]).iter().filter_map(|text| last_day(text)).max(),
        };
        sink.records.sanctions.0.entry(entity).or_default().push(own);
    }
}

impl Sanction {
    /// Everything that it says in words.
    fn says(&self) -> Vec<String> {
        [&self.programmes[..], &self.measures[..], &self.remarks[..]].concat()
    }
}

/// Gives an entry what sanctions say of it; the day on which the last of them ended, if all have. What one of them says to
/// have ended, or to begin later, holds where another says nothing of it.
fn told(entry: &mut ListEntry, own: &[&Sanction]) -> Option<Day> {
    let add = |to: &mut Vec<String>, new: &[String]| {
        let new: Vec<String> = new.iter().filter(|one| !to.contains(one)).cloned().collect();
        to.extend(new.into_iter().map(|one| one.replace(';', ",")));
    };
    let (mut measures, mut remarks) = (Vec::new(), Vec::new());
    for one in own {
        add(&mut entry.programmes, &one.programmes);
        add(&mut measures, &one.measures);
        add(&mut remarks, &one.remarks);
        if entry.announcement.is_empty() {
            entry.announcement.clone_from(&one.announcement);
        }
    }
    let parted = if entry.remarks.is_empty() { "" } else { "; " };
    entry.remarks = format!("{}{parted}{}", entry.remarks, remarks.join("; "));
    entry.measures = measures.join("; ");
    if entry.list == UK.list && !measures.is_empty() {
        // The UK's list says of each entry what it entails; a ban on travel alone freezes nothing.
        entry.restriction = restriction_of(&entry.measures);
    }
    let all = |day: fn(&Sanction) -> Option<Day>| -> Option<Vec<Day>> {
        own.iter().map(|one| day(one)).collect()
    };
    entry.published = all(|one| one.published).and_then(|days| days.into_iter().min());
    entry.effective = all(|one| one.effective).and_then(|days| days.into_iter().min());
    all(|one| one.last).and_then(|days| days.into_iter().max())
}

/// Gives the entries what sanctions say of them, wherever these stand. O(entries + sanctions).
pub(super) fn settle(records: &mut Records) {
    let Sanctions(sanctions) = std::mem::take(&mut records.sanctions);
    if sanctions.is_empty() {
        return;
    }
    let by_id: BTreeMap<String, Vec<Sanction>> =
        sanctions.into_iter().map(|(id, all)| (Identifiers::of_record("ftm", &id), all)).collect();
    let (mut ended, mut more) = (Vec::new(), Vec::new());
    for (entry, mention) in &mut records.entries {
        let ids = entry.identifiers.all().iter();
        let own = ids.filter_map(|id| by_id.get(id)).flatten();
        let own: Vec<&Sanction> = own.filter(|one| one.lists.contains(&&*entry.list)).collect();
        // OFAC's others are told apart by programme and directive, sanction by sanction.
        let mut by_list: BTreeMap<&str, Vec<&Sanction>> = BTreeMap::new();
        for one in own {
            let lists = match &*entry.list {
                "US-NONSDN" => ofac_csv::lists_of(true, &one.programmes, &one.says()),
                _ => one.lists.iter().copied().filter(|list| *list == entry.list).collect(),
            };
            lists.into_iter().for_each(|list| by_list.entry(list).or_default().push(one));
        }
        let plain = entry.clone();
        for (nth, (list, own)) in by_list.into_iter().enumerate() {
            let mut one = ListEntry { list: list.to_owned(), ..plain.clone() };
            let last = told(&mut one, &own);
            ended.extend(last.map(|last| (one.clone(), last)));
            match nth {
                0 => *entry = one,
                _ => more.push((one, *mention)),
            }
        }
    }
    for (entry, last) in ended {
        records.end(&entry, last.plus(1));
    }
    records.entries.extend(more);
    let described: Vec<&str> = records.lists.iter().map(|info| info.list.as_str()).collect();
    let used = |list: &str| records.entries.iter().any(|(entry, _)| entry.list == list);
    let new =
        ofac_csv::LISTS.iter().filter(|about| !described.contains(&about.list) && used(about.list));
    let of_others = records.lists.iter().find(|info| info.list == "US-NONSDN").cloned();
    let new: Vec<ListInfo> = new
        .filter_map(|about| {
            let (list, title) =
                (about.list.to_owned(), format!("{}, by OpenSanctions", about.title));
            Some(ListInfo { list, title, restriction: about.restriction, ..of_others.clone()? })
        })
        .collect();
    records.lists.extend(new);
}

/// What an entity of a schema is; `None` for addresses, payments, links and the like.
pub(super) fn kind_of(schema: &str) -> Option<EntityKind> {
    match schema {
        "Person" => Some(EntityKind::Person),
        "Company" | "Organization" => Some(EntityKind::Company),
        "LegalEntity" | "Asset" => Some(EntityKind::Unknown),
        "PublicBody" => Some(EntityKind::PublicBody),
        "Vessel" | "Airplane" | "Vehicle" | "CryptoWallet" | "Security" => Some(EntityKind::Other),
        _ => None,
    }
}

/// A party that is described as an entity of FollowTheMoney, with `schema` and `properties`; `None` where it has neither a
/// name nor an identifier. What is said of it that cannot be read, such as a country that there is no more, is left out.
pub fn party_of_ftm(entity: &Value) -> Option<Party> {
    let properties = entity.get("properties")?;
    let kind = kind_of(&text(entity, "schema")).unwrap_or(EntityKind::Unknown);
    let listed = described(entity, properties, kind);
    let identifiers = Identifiers::parse(&listed.identifiers.join(";"));
    let spoken = ["firstName", "middleName", "lastName"].map(|part| text(properties, part));
    let names = [vec![listed.name], listed.aliases, listed.weak, vec![spoken.join(" ")]].concat();
    let mut names: Vec<String> = names.iter().map(|name| tidy(name)).collect();
    names.retain(|name| name.chars().any(char::is_alphanumeric));
    if names.is_empty() {
        names.extend(identifiers.best().map(str::to_owned));
    }
    let known = listed.countries.iter().filter_map(|written| match country(written) {
        Country::Known(code) => Some(code),
        Country::None | Country::Unknown => None,
    });
    let born = listed.born.into_iter().find(|born| !born.starts_with(UNREAD_BIRTH));
    let name = (!names.is_empty()).then(|| names.remove(0))?;
    names.dedup();
    names.retain(|other| *other != name);
    Some(Party {
        aliases: names,
        countries: Countries::parse(&known.collect::<Vec<_>>().join(";")).unwrap_or_default(),
        city: listed.cities.into_iter().next().unwrap_or_default(),
        kind,
        birth_date: born.unwrap_or_default(),
        identifiers,
        ..Party::named(name)
    })
}

/// What an entity says of itself.
pub(super) fn described(object: &Value, properties: &Value, kind: EntityKind) -> Listed {
    let all = |names: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| texts(properties, name)).collect()
    };
    let mut names = all(&["name"]);
    let caption = text(object, "caption");
    let name =
        if caption.is_empty() { names.first().cloned().unwrap_or_default() } else { caption };
    names.extend(all(&["alias", "previousName", "abbreviation"]));
    let mut countries =
        all(&["country", "jurisdiction", "mainCountry", "nationality", "citizenship"]);
    countries.iter_mut().for_each(|country| country.make_ascii_lowercase());
    countries.sort_unstable();
    countries.dedup();
    let one_country = match countries.as_slice() {
        [one] => one.as_str(),
        _ => "",
    };
    let used = [
        "name",
        "alias",
        "weakAlias",
        "previousName",
        "abbreviation",
        "country",
        "jurisdiction",
        "mainCountry",
        "nationality",
        "citizenship",
        "leiCode",
        "registrationNumber",
        "ogrnCode",
        "uscCode",
        "taxNumber",
        "innCode",
        "vatCode",
        "imoNumber",
        "passportNumber",
        "idNumber",
        "swiftBic",
        "birthDate",
        "programId",
        "program",
        "topics",
        "city",
        "firstName",
        "lastName",
        "middleName",
        "gender",
        "sourceUrl",
        "createdAt",
        "modifiedAt",
        "retrievedAt",
        "alephUrl",
        "wikidataId",
        "wikipediaUrl",
        "website",
    ];
    let mut remarks = Vec::new();
    for (property, values) in properties.as_object().into_iter().flatten() {
        if !used.contains(&property.as_str()) && values.is_array() {
            let said = texts(properties, property);
            let plain = matches!(property.as_str(), "notes" | "summary" | "position");
            remarks.extend(
                said.into_iter().map(|one| if plain { one } else { format!("{property}: {one}") }),
            );
        }
    }
    let mut identifiers = Vec::new();
    for (property, called) in [
        ("leiCode", "lei"),
        ("registrationNumber", "registration number"),
        ("ogrnCode", "registration number"),
        ("uscCode", "registration number"),
        ("taxNumber", "tax number"),
        ("innCode", "tax number"),
        ("vatCode", "tax number"),
        ("imoNumber", "imo"),
        ("passportNumber", "passport"),
        ("idNumber", "national id"),
        ("swiftBic", "swift"),
    ] {
        let country = match property {
            "ogrnCode" | "innCode" => "RU",
            "uscCode" => "CN",
            _ => one_country,
        };
        for number in all(&[property]) {
            match identifier(called, &number, country) {
                Some(one) => identifiers.push(one),
                None => remarks.push(format!("{property} {number}")),
            }
        }
    }
    Listed {
        entry: text(object, "id"),
        name,
        aliases: names,
        weak: all(&["weakAlias"]),
        kind,
        countries,
        cities: all(&["city"]),
        born: all(&["birthDate"]).iter().flat_map(|date| births(date)).collect(),
        identifiers,
        programmes: all(&["programId", "program"]),
        remarks,
        ..Listed::default()
    }
}
