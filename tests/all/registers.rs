//! Ownership as registers and others publish it: excerpts of our own making in each format, and every file that is at
//! hand counted by other means.

use std::path::{Path, PathBuf};

use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, Records, read};
use serde_json::Value;

/// What is read of ownership files of some names and texts, beside one another, with maps.
fn read_with(files: &[(&str, &str)], maps: &[&str]) -> Records {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    read_path(folder.path(), maps)
}

fn read_of(files: &[(&str, &str)]) -> Records {
    read_with(files, &[])
}

fn read_path(path: &Path, maps: &[&str]) -> Records {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(&list, "list,name\nL,Somebody Else\n").unwrap();
    let lists = vec![list.display().to_string()];
    let ownership = vec![path.display().to_string()];
    let maps = maps.iter().map(|map| format!("docs/maps/{map}.toml")).collect();
    read(&Inputs { lists, ownership, maps, ..Inputs::default() }).unwrap()
}

/// Holdings in a line each, in order.
fn holdings(records: &Records) -> Vec<String> {
    let name = |mention: u32| records.texts.get(records.mentions[mention as usize].name);
    let told = |row: &parentage::source::HoldingRecord| {
        let terms = row.terms();
        let on =
            |day: parentage::day::Day| day.stated().map(|day| day.to_string()).unwrap_or_default();
        format!(
            "{} | {} | {} | {} | {} | {}",
            name(row.holder),
            name(row.issuer),
            terms.range,
            terms.interest,
            on(row.since),
            on(row.until)
        )
    };
    let mut all: Vec<String> = records.holdings.iter().map(told).collect();
    all.sort();
    all
}

fn counts(records: &Records) -> (u64, u64, u64, u64) {
    let own = records.sources.0.iter().filter(|source| {
        source.name != "list.csv" && source.kind != "rule" && source.kind != "map"
    });
    own.fold((0, 0, 0, 0), |all, source| {
        (
            all.0 + source.records,
            all.1 + source.accepted,
            all.2 + source.rejected,
            all.3 + source.aside,
        )
    })
}

const RELATIONS: &str = "\
    <rr:RelationshipData><rr:Header><rr:RecordCount>6</rr:RecordCount></rr:Header><rr:RelationshipRecords>\
    <rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>A</rr:NodeID></rr:StartNode><rr:EndNode><rr:NodeID>B\
    </rr:NodeID></rr:EndNode><rr:RelationshipType>IS_DIRECTLY_CONSOLIDATED_BY</rr:RelationshipType><rr:RelationshipPeriods>\
    <rr:RelationshipPeriod><rr:StartDate>2018-01-01T00:00:00Z</rr:StartDate><rr:EndDate>2018-12-31T00:00:00Z</rr:EndDate>\
    <rr:PeriodType>ACCOUNTING_PERIOD</rr:PeriodType></rr:RelationshipPeriod><rr:RelationshipPeriod><rr:StartDate>\
    2017-10-18T00:00:00Z</rr:StartDate><rr:PeriodType>RELATIONSHIP_PERIOD</rr:PeriodType></rr:RelationshipPeriod>\
    </rr:RelationshipPeriods><rr:RelationshipStatus>ACTIVE</rr:RelationshipStatus></rr:Relationship><rr:Registration>\
    <rr:RegistrationStatus>LAPSED</rr:RegistrationStatus></rr:Registration></rr:RelationshipRecord>\
    <rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>B</rr:NodeID></rr:StartNode><rr:EndNode><rr:NodeID>C\
    </rr:NodeID></rr:EndNode><rr:RelationshipType>IS_DIRECTLY_CONSOLIDATED_BY</rr:RelationshipType><rr:RelationshipStatus>\
    INACTIVE</rr:RelationshipStatus></rr:Relationship><rr:Registration><rr:LastUpdateDate>2020-06-01T00:00:00Z\
    </rr:LastUpdateDate></rr:Registration></rr:RelationshipRecord>\
    <rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>A</rr:NodeID></rr:StartNode><rr:EndNode><rr:NodeID>C\
    </rr:NodeID></rr:EndNode><rr:RelationshipType>IS_ULTIMATELY_CONSOLIDATED_BY</rr:RelationshipType><rr:RelationshipStatus>\
    ACTIVE</rr:RelationshipStatus></rr:Relationship></rr:RelationshipRecord>\
    <rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>F</rr:NodeID></rr:StartNode><rr:EndNode><rr:NodeID>C\
    </rr:NodeID></rr:EndNode><rr:RelationshipType>IS_FUND-MANAGED_BY</rr:RelationshipType></rr:Relationship>\
    </rr:RelationshipRecord>\
    <rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>D</rr:NodeID></rr:StartNode><rr:EndNode><rr:NodeID>C\
    </rr:NodeID></rr:EndNode><rr:RelationshipType>IS_INTERNATIONAL_BRANCH_OF</rr:RelationshipType></rr:Relationship>\
    </rr:RelationshipRecord>\
    <rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>E</rr:NodeID></rr:StartNode><rr:EndNode><rr:NodeID>C\
    </rr:NodeID></rr:EndNode><rr:RelationshipType>IS_DIRECTLY_CONSOLIDATED_BY</rr:RelationshipType></rr:Relationship>\
    <rr:Registration><rr:RegistrationStatus>DUPLICATE</rr:RegistrationStatus></rr:Registration></rr:RelationshipRecord>\
    </rr:RelationshipRecords></rr:RelationshipData>";

#[test]
fn relationships_of_gleif_are_control_by_their_own_period() {
    let expected = [
        "lei:B | lei:A | share unknown | control | 2017-10-18 | ",
        "lei:C | lei:A | share unknown | control |  | 2017-10-18",
        "lei:C | lei:A | share unknown | control | 2020-06-01 | ",
        "lei:C | lei:B | share unknown | control |  | 2020-06-01",
        "lei:C | lei:D | share unknown | branch |  | ",
    ];
    let records = read_of(&[("rr.xml", RELATIONS)]);
    assert_eq!(records.rejected, []);
    assert_eq!(holdings(&records), expected);
    assert_eq!(counts(&records), (6, 4, 0, 2));
    // A house may assume that the consolidated are held to at least half; whoever reads the output sees it.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rr.xml"), RELATIONS).unwrap();
    let ownership = vec![folder.path().display().to_string()];
    let assumed =
        read(&Inputs { ownership, assume_consolidated: true, ..Inputs::default() }).unwrap();
    let half: Vec<String> =
        holdings(&assumed).into_iter().filter(|row| row.contains("50 to 100 %")).collect();
    assert_eq!(
        half,
        [
            "lei:B | lei:A | 50 to 100 % | equity | 2017-10-18 | ",
            "lei:C | lei:A | 50 to 100 % | equity |  | 2017-10-18",
            "lei:C | lei:A | 50 to 100 % | equity | 2020-06-01 | ",
            "lei:C | lei:B | 50 to 100 % | equity |  | 2020-06-01",
        ]
    );
    assert!(assumed.sources.0.iter().any(|source| source.name == "--assume-consolidated"));
    let cites = |row: &parentage::source::HoldingRecord| {
        assumed.texts.get(row.citation).contains("house assumption")
    };
    assert_eq!(assumed.holdings.iter().filter(|row| cites(row)).count(), 4);
    // A page of the API, and the golden copy as CSV.
    let page = r#"{"meta":{},"data":[{"type":"relationship-records","attributes":{"relationship":{"startNode":{"id":"A","type":"LEI"},
        "endNode":{"id":"B","type":"LEI"},"type":"IS_DIRECTLY_CONSOLIDATED_BY","status":"ACTIVE","periods":[
        {"startDate":"2018-01-01T00:00:00Z","endDate":"2018-12-31T00:00:00Z","type":"ACCOUNTING_PERIOD"},
        {"startDate":"2017-10-18T00:00:00Z","endDate":null,"type":"RELATIONSHIP_PERIOD"}]},"registration":{"status":"LAPSED"}}}]}"#;
    assert_eq!(holdings(&read_of(&[("page.json", page)])), expected[..1]);
    let csv = "Relationship.StartNode.NodeID,Relationship.StartNode.NodeIDType,Relationship.EndNode.NodeID,\
               Relationship.RelationshipType,Relationship.RelationshipStatus,Relationship.Period.1.startDate,\
               Relationship.Period.1.endDate,Relationship.Period.1.periodType,Relationship.Period.2.startDate,\
               Relationship.Period.2.periodType,Registration.RegistrationStatus\n\
               A,LEI,B,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2018-01-01,2018-12-31,ACCOUNTING_PERIOD,2017-10-18,RELATIONSHIP_PERIOD,\
               PUBLISHED\n";
    assert_eq!(holdings(&read_of(&[("rr.csv", csv)])), expected[..1]);
    assert_eq!(read_of(&[("empty.json", "{\"data\":[]}")]).rejected, []);
}

#[test]
fn entities_and_exceptions_of_gleif_name_what_has_an_lei() {
    let entities = "<lei:LEIData><lei:LEIRecords><lei:LEIRecord><lei:LEI>A</lei:LEI><lei:Entity><lei:LegalName>Zubrin Ltd\
        </lei:LegalName><lei:OtherEntityNames><lei:OtherEntityName type=\"PREVIOUS_LEGAL_NAME\">Tern Ltd</lei:OtherEntityName>\
        </lei:OtherEntityNames><lei:TransliteratedOtherEntityNames><lei:TransliteratedOtherEntityName>ZUBRIN LTD 2\
        </lei:TransliteratedOtherEntityName></lei:TransliteratedOtherEntityNames><lei:RegistrationAuthority>\
        <lei:RegistrationAuthorityID>RA000585</lei:RegistrationAuthorityID><lei:RegistrationAuthorityEntityID>7444723\
        </lei:RegistrationAuthorityEntityID></lei:RegistrationAuthority><lei:LegalJurisdiction>GB</lei:LegalJurisdiction>\
        </lei:Entity></lei:LEIRecord><lei:LEIRecord><lei:LEI>X</lei:LEI><lei:Entity><lei:LegalName>Twice</lei:LegalName>\
        </lei:Entity><lei:Registration><lei:RegistrationStatus>ANNULLED</lei:RegistrationStatus></lei:Registration>\
        </lei:LEIRecord></lei:LEIRecords></lei:LEIData>";
    let exceptions = "[{\"LEI\":\"A\",\"ExceptionCategory\":\"DIRECT_ACCOUNTING_CONSOLIDATION_PARENT\",\"ExceptionReason\":\
                      \"NATURAL_PERSONS\"}]";
    let files = [("lei.xml", entities), ("repex.json", exceptions), ("rr.xml", RELATIONS)];
    let records = read_of(&files);
    assert_eq!(records.rejected, []);
    let snapshot = Snapshot::build(records);
    let found = |name: &str| snapshot.exactly_named(name, &parentage::model::Countries::default());
    let [zubrin] = found("Zubrin Ltd")[..] else { panic!("one entity") };
    assert_eq!([found("Tern Ltd"), found("ZUBRIN LTD 2")], [[zubrin], [zubrin]]);
    assert_eq!(snapshot.entity(zubrin).name, "Zubrin Ltd");
    assert_eq!(snapshot.identifiers(zubrin).to_string(), "gb-coh:07444723;lei:A;reg-gb:07444723");
    assert_eq!(snapshot.world().graph().held_in(zubrin).len(), 3);
    let [(said, _)] = snapshot.silences(zubrin)[..] else { panic!("one exception") };
    assert_eq!(said, "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT: NATURAL_PERSONS");
    // The order of files is none.
    let mut other = files;
    other.reverse();
    let renamed: Vec<(String, &str)> =
        (0..).zip(other).map(|(at, (name, text))| (format!("{at}{name}"), text)).collect();
    let renamed: Vec<(&str, &str)> = renamed.iter().map(|(name, text)| (&**name, *text)).collect();
    assert_eq!(holdings(&read_of(&renamed)), holdings(&read_of(&files)));
}

#[test]
fn people_with_significant_control_hold_bands_of_shares_and_votes_apart() {
    let person = |name: &str, natures: &str, more: &str| {
        format!(
            "{{\"company_number\":\"1234567\",\"data\":{{\"kind\":\"individual-person-with-significant-control\",\"name\":\"Mr {name}\",\
             \"name_elements\":{{\"forename\":\"{name}\",\"surname\":\"Tern\"}},\"natures_of_control\":[{natures}],\
             \"notified_on\":\"2016-04-06\"{more}}}}}\n"
        )
    };
    let text = [
        person("Anna", "\"ownership-of-shares-25-to-50-percent\",\"voting-rights-50-to-75-percent\"", ""),
        person("Bert", "\"ownership-of-shares-75-to-100-percent\"", ",\"ceased_on\":\"2018-05-14\""),
        person("Cleo", "\"right-to-appoint-and-remove-directors\",\"significant-influence-or-control\"", ""),
        person("Dora", "\"ownership-of-shares-25-to-50-percent-as-trust\"", ""),
        person("Emil", "\"ownership-of-shares-25-to-50-percent-as-trust\"", ""),
        person("Fred", "\"ownership-of-castles\"", ""),
        "{\"company_number\":\"SC123456\",\"data\":{\"kind\":\"persons-with-significant-control-statement\",\"statement\":\
         \"no-individual-or-entity-with-signficant-control\",\"notified_on\":\"2016-07-12\"}}\n"
            .to_owned(),
        "{\"data\":{\"kind\":\"totals#persons-of-significant-control-snapshot\"}}\n".to_owned(),
        "{\"company_number\":\"SC123456\",\"data\":{\"kind\":\"super-secure-person-with-significant-control\",\"ceased\":true}}\n"
            .to_owned(),
    ]
    .concat();
    let records = read_of(&[("psc.txt", &text)]);
    assert_eq!(counts(&records), (9, 6, 1, 2));
    let reason = &records.rejected[0].reason;
    assert!(reason.contains("`ownership-of-castles`"), "{reason}");
    let trust =
        "trust that holds in gb-coh:01234567 (ownership-of-shares-25-to-50-percent-as-trust)";
    let expected = [
        "Anna Tern | gb-coh:01234567 | more than 25 to 50 % | equity | 2016-04-06 | ".to_owned(),
        "Anna Tern | gb-coh:01234567 | more than 50 to less than 75 % | votes | 2016-04-06 | "
            .to_owned(),
        "Bert Tern | gb-coh:01234567 | 75 to 100 % | equity | 2016-04-06 | 2018-05-14".to_owned(),
        "Cleo Tern | gb-coh:01234567 | share unknown | control | 2016-04-06 | ".to_owned(),
        "Cleo Tern | gb-coh:01234567 | share unknown | control | 2016-04-06 | ".to_owned(),
        format!("Dora Tern | {trust} | share unknown | control | 2016-04-06 | "),
        format!("Dora Tern | {trust} | share unknown | unspecified | 2016-04-06 | "),
        format!("Emil Tern | {trust} | share unknown | control | 2016-04-06 | "),
        format!("Emil Tern | {trust} | share unknown | unspecified | 2016-04-06 | "),
        // One block, though two are registered for it.
        format!("{trust} | gb-coh:01234567 | more than 25 to 50 % | equity | 2016-04-06 | "),
        format!("{trust} | gb-coh:01234567 | more than 25 to 50 % | equity | 2016-04-06 | "),
    ];
    assert_eq!(holdings(&records), expected);
    assert_eq!(records.silences.len(), 1);
}

/// A statement of version 0.4.
fn statement(id: u32, kind: &str, record: &str, more: &str, details: &str) -> String {
    format!(
        "{{\"statementId\":\"{id:0>32}\",\"declarationSubject\":\"e1\",\"recordId\":\"{record}\",\"recordType\":\"{kind}\",\
         \"statementDate\":\"2026-01-0{}\"{more},\"recordDetails\":{{\"isComponent\":false,{details}}}}}",
        id % 9 + 1
    )
}

#[test]
fn statements_of_beneficial_ownership_are_put_together_in_any_order() {
    let entity = |id, record: &str, name: &str| {
        let details = format!(
            "\"entityType\":{{\"type\":\"registeredEntity\"}},\"name\":\"{name}\",\"jurisdiction\":{{\"name\":\"X\",\"code\":\"GB\"}}"
        );
        statement(id, "entity", record, "", &details)
    };
    let relation = |id, record: &str, more: &str, subject: &str, party: &str, rest: &str| {
        let details = format!("\"subject\":\"{subject}\",\"interestedParty\":{party}{rest}");
        statement(id, "relationship", record, more, &details)
    };
    let shares = |share: &str| {
        format!(
            ",\"interests\":[{{\"type\":\"shareholding\",\"directOrIndirect\":\"direct\",\"share\":{{{share}}},\"startDate\":\"2020-01-01\"}}]"
        )
    };
    let person = "\"personType\":\"knownPerson\",\"names\":[{\"fullName\":\"Anna Tern\"}],\"birthDate\":\"1962-05\"";
    let unknown = "\"personType\":\"unknownPerson\"";
    let all = [
        relation(1, "r1", "", "e1", "\"p1\"", &shares("\"exclusiveMinimum\":25,\"maximum\":50")),
        relation(2, "r2", "", "e1", "\"e2\"", &shares("\"exact\":26.15")),
        // The same record once more: the later statement counts.
        relation(3, "r2", "", "e1", "\"e2\"", &shares("\"exact\":30")),
        relation(4, "r3", ",\"recordStatus\":\"closed\"", "e2", "\"p2\"", &shares("\"exact\":60")),
        relation(5, "r4", "", "e2", "{\"reason\":\"noBeneficialOwners\"}", ""),
        relation(6, "r5", "", "e1", "\"nobody\"", &shares("\"exact\":10")),
        relation(7, "r6", "", "e1", "\"p1\"", &shares("\"exact\":110")),
        relation(
            8,
            "r7",
            "",
            "e1",
            "\"p1\"",
            ",\"componentRecords\":[\"r1\",\"r2\"],\"interests\":[{\"type\":\"shareholding\",\"share\":{\"exact\":80}}]",
        ),
        relation(9, "r8", "", "e1", "\"p1\"", ",\"interests\":[{\"type\":\"boardMember\"}]"),
        entity(10, "e1", "Zubrin Ltd"),
        entity(11, "e2", "Gull Ltd"),
        statement(12, "person", "p1", "", person),
        statement(13, "person", "p2", "", unknown),
    ];
    // Its components lead all the way and say less than the indirect one: it counts beside them.
    let expected = [
        "Anna Tern | Zubrin Ltd | 80 % | equity |  | ",
        "Anna Tern | Zubrin Ltd | more than 25 to 50 % | equity | 2020-01-01 | ",
        "Gull Ltd | Zubrin Ltd | 30 % | equity | 2020-01-01 | ",
        "not named | Gull Ltd | share unknown | unspecified |  | ",
        "unknown person | Gull Ltd | 60 % | equity | 2020-01-01 | 2026-01-05",
    ];
    let list = read_of(&[("bods.json", &format!("[{}]", all.join(",")))]);
    assert_eq!(holdings(&list), expected);
    assert_eq!(counts(&list), (13, 9, 2, 2));
    let mut reasons: Vec<&str> = list.rejected.iter().map(|one| &*one.reason).collect();
    reasons.sort_unstable();
    assert_eq!(
        reasons,
        [
            "`interests/*/share/exact` is no share of 0 to 100",
            "names the record `nobody`, which no file has"
        ]
    );
    let mut lines: Vec<String> = all.to_vec();
    lines.reverse();
    assert_eq!(holdings(&read_of(&[("bods.jsonl", &lines.join("\n"))])), expected);
    // Versions before 0.4: ids of statements, words for excluded ends.
    let old = r#"{"statementID":"o1","statementType":"ownershipOrControlStatement","subject":{"describedByEntityStatement":"s1"},"interestedParty":{"describedByPersonStatement":"s2"},"interests":[{"type":"voting-rights","interestLevel":"direct","share":{"minimum":25,"maximum":50,"exclusiveMinimum":true,"exclusiveMaximum":false}}]}
{"statementID":"s1","statementType":"entityStatement","name":"Zubrin Ltd","incorporatedInJurisdiction":{"code":"GB"}}
{"statementID":"s2","statementType":"personStatement","personType":"knownPerson","names":[{"fullName":"Anna Tern"}]}
"#;
    assert_eq!(
        holdings(&read_of(&[("old.json", old)])),
        ["Anna Tern | Zubrin Ltd | more than 25 to 50 % | votes |  | "]
    );
}

#[test]
fn ownership_of_followthemoney_is_read_and_what_may_be_a_fraction_is_unknown() {
    let party = |id: &str, schema: &str, name: &str| {
        format!(
            "{{\"id\":\"{id}\",\"schema\":\"{schema}\",\"properties\":{{\"name\":[\"{name}\"]}}}}\n"
        )
    };
    let owner = |id: &str, asset: &str, more: &str| {
        format!(
            "{{\"id\":\"{id}\",\"schema\":\"Ownership\",\"properties\":{{\"owner\":[\"p\"],\"asset\":[\"{asset}\"]{more}}}}}\n"
        )
    };
    let text = [
        owner("1", "a", ",\"percentage\":[\"51 %\"],\"startDate\":[\"2020\"],\"endDate\":[\"2024-02\"]"),
        owner("2", "b", ",\"percentage\":[\"0.51\"]"),
        owner("3", "b", ",\"percentage\":[\"25-50\"]"),
        owner("4", "nowhere", ""),
        party("p", "Person", "Anna Tern"),
        party("a", "Company", "Zubrin"),
        party("b", "Company", "Gull"),
        "{\"id\":\"5\",\"schema\":\"Directorship\",\"properties\":{\"director\":[\"p\"],\"organization\":[\"a\"]}}\n".to_owned(),
    ]
    .concat();
    let records = read_of(&[("a.ftm.json", &text)]);
    assert_eq!(
        holdings(&records),
        [
            "Anna Tern | Gull | 25 to 50 % | equity |  | ",
            "Anna Tern | Gull | share unknown | equity |  | ",
            "Anna Tern | Zubrin | 51 % | equity | 2020-01-01 | 2024-03-01",
        ]
    );
    assert_eq!(counts(&records), (8, 6, 1, 1));
    assert!(records.warnings.iter().any(|warning| warning.text.contains("`0.51`")));
}

#[test]
fn maps_of_holdings_read_units_bands_groups_and_words_for_nobody() {
    let indonesia = read_with(
        &[(
            "idx.csv",
            "owner,owned,owned_country,as_of,ticker,shares,total_shares\nPT Zubrin Tbk,Gull Tbk,ID,2021-04-19,GULL,\
             \"1,193,114,297\",1584210966\nPublik,Gull Tbk,ID,2021-04-19,GULL,391096669,1584210966\nPublik,Tern Tbk,ID,2021-04-19,TERN,1,2\n\
             Saham Treasury,Gull Tbk,ID,2021-04-19,GULL,0,1584210966\nPT Zubrin Tbk,Gull Tbk,ID,2021-04-19,GULL,3,2\n",
        )],
        &["indonesia"],
    );
    assert_eq!(
        holdings(&indonesia),
        [
            "Gull Tbk | Gull Tbk | 0 % | equity | 2021-04-19 | ",
            "PT Zubrin Tbk | Gull Tbk | 75.3128416 to 75.3128417 % | equity | 2021-04-19 | ",
            "Publik | Gull Tbk | 24.6871583 to 24.6871584 % | equity | 2021-04-19 | ",
            "Publik | Tern Tbk | 50 % | equity | 2021-04-19 | ",
        ]
    );
    assert_eq!(indonesia.rejected.len(), 1);
    let publics: Vec<u32> = indonesia.holdings.iter().map(|row| row.holder).collect();
    assert_ne!(publics[1], publics[2], "the public of one company is not that of another");
    let korea = read_with(
        &[(
            "kftc.csv",
            "회사명,법인등록번호,주주명,주주구분,지분율,기준일\n제비(주),110111-0000001,김제비,동일인,17.97,2026-05-01\n제비(주),\
             110111-0000001,자기주식,자기주식,2.5,2026-05-01\n",
        )],
        &["korea"],
    );
    assert_eq!(
        holdings(&korea),
        [
            "김제비 | 제비(주) | 17.97 % | equity | 2026-05-01 | ",
            "제비(주) | 제비(주) | 2.5 % | equity | 2026-05-01 | "
        ]
    );
    let vendor = read_with(
        &[(
            "vendor.csv",
            "Company name;Company country;Company ID;Shareholder name;Shareholder country;Shareholder ID;Shareholder LEI;\
             Shareholder type;Percentage;Link;Closed;Source\nGull Ltd;GB;G1;Zubrin Ltd;GB;Z1;;Corporate;WO;direct;;AR\n\
             Gull Ltd;GB;G1;Anna Tern;GB;T1;;Individual;60;ultimate;31/12/2025;\n",
        )],
        &["vendor"],
    );
    assert_eq!(
        holdings(&vendor),
        [
            "Anna Tern | Gull Ltd | 60 % | unspecified |  | 2026-01-01",
            "Zubrin Ltd | Gull Ltd | 98 to 100 % | unspecified |  | "
        ]
    );
    assert_eq!(vendor.rejected, []);
    let flags: Vec<bool> = vendor.holdings.iter().map(|row| row.is_maybe_indirect()).collect();
    assert_eq!(flags, [false, true]);
}

/// What a first attack found: nothing of this may be lost, doubled, or decided by the order of rows and files.
#[test]
fn registers_lose_nothing_by_order_or_by_neighbours() {
    // Two publishers use the same ids.
    let bods = |owner: &str, owned: &str| {
        format!(
            "{{\"statementID\":\"o\",\"statementType\":\"ownershipOrControlStatement\",\"subject\":{{\"describedByEntityStatement\":\"s1\"}},\
             \"interestedParty\":{{\"describedByEntityStatement\":\"s2\"}},\"interests\":[{{\"type\":\"shareholding\",\"share\":{{\"exact\":60}},\
             \"endDate\":\"2030-06\"}}]}}\n{{\"statementID\":\"s1\",\"statementType\":\"entityStatement\",\"name\":\"{owned}\"}}\n\
             {{\"statementID\":\"s2\",\"statementType\":\"entityStatement\",\"name\":\"{owner}\"}}\n"
        )
    };
    let (one, other) = (bods("Zubrin", "Gull"), bods("Pelican", "Tern"));
    let expected = [
        "Pelican | Tern | 60 % | equity |  | 2030-07-01",
        "Zubrin | Gull | 60 % | equity |  | 2030-07-01",
    ];
    assert_eq!(holdings(&read_of(&[("a.json", &one), ("b.json", &other)])), expected);
    assert_eq!(holdings(&read_of(&[("b.json", &one), ("a.json", &other)])), expected);
    // A component that has ended does not stand for what goes on.
    let ended = "[{\"statementID\":\"o1\",\"statementType\":\"ownershipOrControlStatement\",\"subject\":{\"describedByEntityStatement\":\"s1\"},\
                 \"interestedParty\":{\"describedByEntityStatement\":\"s2\"},\"componentStatementIDs\":[\"o2\"],\"interests\":[{\"type\":\
                 \"shareholding\",\"share\":{\"exact\":80}}]},{\"statementID\":\"o2\",\"statementType\":\"ownershipOrControlStatement\",\
                 \"subject\":{\"describedByEntityStatement\":\"s1\"},\"interestedParty\":{\"describedByEntityStatement\":\"s2\"},\"interests\":\
                 [{\"type\":\"shareholding\",\"share\":{\"exact\":80},\"endDate\":\"2021-01-01\"}]},{\"statementID\":\"s1\",\"statementType\":\
                 \"entityStatement\",\"name\":\"Gull\"},{\"statementID\":\"s2\",\"statementType\":\"entityStatement\",\"name\":\"Zubrin\"}]";
    assert_eq!(
        holdings(&read_of(&[("c.json", ended)])),
        ["Zubrin | Gull | 80 % | equity |  | ", "Zubrin | Gull | 80 % | equity |  | 2021-01-02"]
    );
    // A rejected record leaves nothing behind, and what ceased at once was never there.
    let psc = |natures: &str, more: &str| {
        format!(
            "{{\"company_number\":\"01234567\",\"data\":{{\"kind\":\"corporate-entity-person-with-significant-control\",\"name\":\"Zubrin\",\
             \"identification\":{{\"country_registered\":\"United Kingdom (England And Wales)\",\"registration_number\":\"0765 4321\"}},\
             \"natures_of_control\":[{natures}],\"notified_on\":\"2020-05-05\"{more}}}}}\n"
        )
    };
    let full = "\"ownership-of-shares-75-to-100-percent\"";
    let text =
        [psc(&format!("{full},\"castles\""), ""), psc(full, ",\"ceased_on\":\"2020-05-05\"")]
            .concat();
    let records = read_of(&[("psc.txt", &text)]);
    assert_eq!((holdings(&records), counts(&records)), (Vec::new(), (2, 0, 1, 1)));
    // A trust beside it takes nothing from a band of one's own.
    let trust = psc(&format!("{full},\"voting-rights-25-to-50-percent-as-trust\""), "");
    let mut records = read_of(&[("psc.txt", &trust)]);
    parentage::verify::give(&mut records);
    assert!(records.holdings.iter().all(|row| !row.is_beside_chain()));
    let snapshot = Snapshot::build(records);
    assert!(
        snapshot.entity_by_id("gb-coh:07654321").is_some(),
        "numbers of the register join however they are written"
    );
    // Who is not named has the same id whatever file was read before.
    let folder = tempfile::tempdir().unwrap();
    let secret = |number: &str| {
        format!(
            "{{\"company_number\":\"{number}\",\"data\":{{\"kind\":\"super-secure-person-with-significant-control\"}}}}\n"
        )
    };
    let paths: Vec<String> = [("x.txt", "1"), ("y.txt", "2")]
        .into_iter()
        .map(|(name, number)| {
            let path = folder.path().join(name);
            std::fs::write(&path, secret(number)).unwrap();
            path.display().to_string()
        })
        .collect();
    let unnamed = |ownership: Vec<String>| {
        let records = read(&Inputs { ownership, ..Inputs::default() }).unwrap();
        let identifiers = |row: &parentage::source::HoldingRecord| {
            records.texts.get(records.mentions[row.holder as usize].identifiers).to_owned()
        };
        let mut all: Vec<String> = records.holdings.iter().map(identifiers).collect();
        all.sort();
        all
    };
    let other = paths.iter().rev().cloned().collect();
    assert_eq!(unnamed(paths), unnamed(other));
    // Words for nobody are another nobody of every company.
    let word = |id: &str, schema: &str, name: &str| {
        format!(
            "{{\"id\":\"{id}\",\"schema\":\"{schema}\",\"properties\":{{\"name\":[\"{name}\"]}}}}\n"
        )
    };
    let owner = |asset: &str| {
        format!(
            "{{\"id\":\"o{asset}\",\"schema\":\"Ownership\",\"properties\":{{\"owner\":[\"p\"],\"asset\":[\"{asset}\"]}}}}\n"
        )
    };
    let text = [
        word("p", "LegalEntity", "Free float"),
        word("a", "Company", "Gull"),
        word("b", "Company", "Tern"),
        owner("a"),
        owner("b"),
    ]
    .concat();
    let records = read_of(&[("a.ftm.json", &text)]);
    assert_ne!(records.holdings[0].holder, records.holdings[1].holder);
}

/// What may be held through others is not added to a chain that is recorded too.
#[test]
fn a_band_is_never_added_to_a_chain_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let lists =
        write("list.csv", "list,name,kind\nUS-SDN,Anna Tern,person\nUS-SDN,Bert Gull,person\n");
    let psc = |number: &str, forename: &str, surname: &str| {
        format!(
            "{{\"company_number\":\"{number}\",\"data\":{{\"kind\":\"individual-person-with-significant-control\",\"name_elements\":\
             {{\"forename\":\"{forename}\",\"surname\":\"{surname}\"}},\"natures_of_control\":[\"ownership-of-shares-25-to-50-percent\"],\
             \"notified_on\":\"2016-04-06\"}}}}\n"
        )
    };
    let register = [
        psc("11111111", "Anna", "Tern"),
        psc("22222222", "Anna", "Tern"),
        psc("22222222", "Bert", "Gull"),
    ]
    .concat();
    let psc = write("psc.txt", &register);
    let chain = write(
        "chain.csv",
        "holder,holder_id,issuer,issuer_id,share_min\nAnna Tern,,Pelican Hold,x:1,100\n\
         Pelican Hold,x:1,gb-coh:11111111,gb-coh:11111111,30\n",
    );
    let inputs = Inputs { lists: vec![lists], ownership: vec![psc, chain], ..Inputs::default() };
    let snapshot = Snapshot::build(read(&inputs).unwrap());
    let settings = crate::verify::settings(
        &snapshot,
        &["us-ofac-50"],
        "2026-10-20",
        parentage::share::Share::QUARTER,
    );
    let screener = parentage::screen::Screener::new(&snapshot, &settings);
    let said = |id: &str| {
        let entity = snapshot.entity_by_id(id).unwrap();
        let all = &screener.findings(entity).exposures;
        all.iter()
            .map(|one| {
                format!(
                    "{} {:?}",
                    one.certainty.as_str(),
                    one.share.map(|(low, high)| format!("{low}-{high}"))
                )
            })
            .collect::<Vec<_>>()
    };
    // 30 through Pelican, and up to 50 in all: the band and the chain are one block or two, nobody knows.
    assert_eq!(said("gb-coh:11111111"), ["possible Some(\"30-80\")"]);
    // Two persons with more than a quarter each have more than half.
    assert_eq!(said("gb-coh:22222222"), ["certain Some(\"50.0000002-100\")"]);
}

fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/data").join(file);
    if !path.exists() {
        skipped();
        return None;
    }
    Some(path)
}

#[expect(clippy::print_stdout, reason = "a test that needs files that are not here says so")]
fn skipped() {
    println!("skipped: ../shared is not here");
}

/// Every file of a folder, by ending.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let Some(folder) = shared(folder) else { return Vec::new() };
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    all.retain(|path| path.to_string_lossy().ends_with(ending));
    all.sort();
    all
}

/// A file of JSON, whole or a value a line.
fn values(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    match serde_json::from_str(&text) {
        Ok(Value::Array(all)) => all,
        Ok(one) => vec![one],
        Err(_) => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
    }
}

#[test]
fn every_ownership_file_at_hand_is_read_and_counted() {
    for path in files("gleif/bodspipelines", ".json")
        .into_iter()
        .chain(files("bods/bods-v04-fixtures", ".json"))
    {
        let records = read_path(&path, &[]);
        let (all, accepted, rejected, aside) = counts(&records);
        assert_eq!(all, values(&path).len() as u64, "{}", path.display());
        assert_eq!(all, accepted + rejected + aside);
        let told = records.rejected.iter().all(|one| one.reason.contains("which no file has"));
        assert!(told, "{}: {:?}", path.display(), records.rejected);
    }
    for path in files("gleif/bodspipelines", ".xml") {
        let text = std::fs::read_to_string(&path).unwrap();
        let expected = ["</lei:LEIRecord>", "</rr:RelationshipRecord>", "</repex:Exception>"]
            .map(|end| text.matches(end).count() as u64);
        let records = read_path(&path, &[]);
        // Each is an excerpt: its header says how many records the whole file had.
        assert_eq!(counts(&records).0, expected.iter().sum::<u64>() + 1, "{}", path.display());
        assert_eq!(records.rejected.len(), 1, "{:?}", records.rejected);
    }
    for path in
        files("uk-psc/register-sources-psc", ".json").into_iter().chain(files("uk-psc", ".jsonl"))
    {
        let (all, accepted, rejected, aside) = counts(&read_path(&path, &[]));
        assert_eq!(all, values(&path).len() as u64, "{}", path.display());
        let odd = path.ends_with("psc_unknown_kind.json");
        assert_eq!(
            (rejected, all),
            (u64::from(odd), accepted + rejected + aside),
            "{}",
            path.display()
        );
    }
    for path in files("ftm", ".json") {
        let ownership = values(&path).iter().filter(|one| one["schema"] == "Ownership").count();
        let records = read_path(&path, &[]);
        assert_eq!(
            (records.holdings.len(), records.rejected.len()),
            (ownership, 0),
            "{}",
            path.display()
        );
    }
}

/// The fixtures of the standard whose names say what is wrong with them are told: all of the 169 that its own validator
/// refuses, but for one that is a statement alone and in no list.
#[test]
fn invalid_statements_are_told() {
    let mut told = 0;
    for path in files("bods/data-standard-v0.4", ".json") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let records = read_path(&path, &[]);
        let refused = records.rejected.iter().any(|one| !one.reason.contains("which no file has"));
        told += usize::from(refused);
        let says = [
            "_not_array",
            "_not_string",
            "_missing",
            "too_big",
            "too_small",
            "_not_object",
            "_not_uri",
        ];
        let says = says.iter().any(|word| name.ends_with(word)) && name != "statements_not_array";
        assert!(refused || !says, "{name}");
    }
    assert!(matches!(told, 0 | 168), "{told}");
}

/// A world in which some holdings may be held through others.
fn of_registers(numbers: &mut crate::verify::Numbers) -> (tempfile::TempDir, Inputs) {
    use std::fmt::Write;
    let (folder, mut inputs) = crate::verify::world(numbers, true);
    let mut rows = "Company name,Company country,Company ID,Shareholder name,Shareholder country,Shareholder ID,Shareholder \
                    LEI,Shareholder type,Percentage,Link,Closed,Source\n"
        .to_owned();
    for _ in 0..8 {
        let (holder, issuer) = (numbers.below(10), numbers.below(10));
        let share = numbers.pick(&["30", "> 25", "25-50", "60", "n.a.", "50"]);
        let level = numbers.pick(&["ultimate", "ultimate", "direct"]);
        let closed = numbers.pick(&["", "", "", "2026-01-01", "2027-01-01"]);
        let (holder, issuer) = (crate::verify::name(holder), crate::verify::name(issuer));
        writeln!(rows, "{issuer},,,{holder},,,,,{share},{level},{closed},").unwrap();
    }
    let file = folder.path().join("vendor.csv");
    std::fs::write(&file, rows).unwrap();
    inputs.ownership.push(file.display().to_string());
    inputs.maps.push("docs/maps/vendor.toml".to_owned());
    (folder, inputs)
}

/// The second program confirms what is said of worlds in which some holdings may be held through others.
#[test]
fn what_is_said_beside_recorded_chains_is_confirmed() {
    let mut numbers = crate::verify::Numbers(11);
    let (mut exposures, mut beside) = (0, 0);
    for _ in 0..300 {
        let (_folder, inputs) = of_registers(&mut numbers);
        let answers = crate::verify::said(&inputs, crate::verify::RULES, "2026-10-20");
        let mut records = read(&inputs).unwrap();
        assert_eq!(records.rejected, []);
        parentage::verify::give(&mut records);
        beside += records.holdings.iter().filter(|row| row.is_beside_chain()).count();
        let report = parentage::verify::verify(&records, &answers);
        assert_eq!(report.faults, []);
        exposures += report.exposures;
    }
    assert!(
        exposures > 5_000 && beside > 300,
        "{exposures} exposures, {beside} rows beside chains"
    );
}

/// What is said where a holding is supposed is what is said where the files have it: which rows stand beside a chain is
/// another then, too.
#[test]
fn what_is_supposed_is_what_changed_records_say() {
    use parentage::model::{Countries, Interest};
    use parentage::screen::{Screener, Supposition};
    let mut numbers = crate::verify::Numbers(37);
    let day = parentage::day::Day::parse("2026-10-20").unwrap();
    let (mut compared, mut others) = (0, 0);
    for world in 0..400 {
        let (folder, mut inputs) = of_registers(&mut numbers);
        let name = |mention: u32, records: &Records| {
            records.texts.get(records.mentions[mention as usize].name).to_owned()
        };
        let before = read(&inputs).unwrap();
        let (holder, issuer) = if numbers.below(2) == 0 {
            let at = usize::try_from(numbers.below(before.holdings.len() as u64)).unwrap();
            let row = before.holdings[at];
            (name(row.holder, &before), name(row.issuer, &before))
        } else {
            let ends = [numbers.below(10), numbers.below(10)].map(crate::verify::name);
            (ends[0].clone(), ends[1].clone())
        };
        let share = Some(numbers.pick(&["", "60", "30"])).filter(|share| !share.is_empty());
        let snapshot = Snapshot::build(before);
        let screening = crate::changes::settings(&snapshot, "2026-10-20");
        let screener = Screener::new(&snapshot, &screening);

        if let Some(share) = share {
            let file = folder.path().join("supposed.csv");
            let row = format!("{holder},{issuer},{share},unverified");
            std::fs::write(&file, format!("holder,issuer,share_min,confidence\n{row}\n")).unwrap();
            inputs.ownership.push(file.display().to_string());
        }
        let mut after = read(&inputs).unwrap();
        let new = after.sources.0.iter().position(|source| source.name == "supposed.csv");
        let names: Vec<(String, String)> = after
            .holdings
            .iter()
            .map(|row| (name(row.holder, &after), name(row.issuer, &after)))
            .collect();
        let mut names = names.into_iter();
        after.holdings.retain(|row| {
            let own = names.next() == Some((holder.clone(), issuer.clone()));
            let shares = matches!(row.terms().interest, Interest::Equity | Interest::Unspecified);
            let is_new = Some(row.place.source as usize) == new;
            is_new || !own || !row.span().contains(day) || share.is_some() && !shares
        });
        let after = Snapshot::build(after);
        let settings = crate::changes::settings(&after, "2026-10-20");
        let changed = Screener::new(&after, &settings);
        let supposition = Supposition::new(&holder, &issuer, share, "").unwrap();
        for entity in (0..10).map(crate::verify::name) {
            let find = |snapshot: &Snapshot| match snapshot
                .exactly_named(&entity, &Countries::default())[..]
            {
                [one] => Some(one),
                _ => None,
            };
            let (Some(own), Some(then)) = (find(&snapshot), find(&after)) else { continue };
            let Ok(supposed) = screener.supposing(own, std::slice::from_ref(&supposition)) else {
                continue;
            };
            let gist = |exposures: &[parentage::expand::Exposure]| {
                let all = exposures.iter().map(|one| {
                    let low = (one.share, one.effective, one.undecided, one.listing_status);
                    format!("{} {:?} {:?} {low:?}", one.rule, one.certainty, one.basis)
                });
                let mut all: Vec<String> = all.collect();
                all.sort();
                all
            };
            let expected = gist(&changed.findings(then).exposures);
            let told = gist(&supposed.exposures);
            assert_eq!(told, expected, "world {world}: {supposition}: {entity}");
            compared += 1;
            others += usize::from(told != gist(&screener.findings(own).exposures));
        }
    }
    assert!(compared > 1_000 && others > 100, "{compared} compared, {others} others");
}

/// The files of holdings at hand under every rule, against the second program: every twelfth holder is on some list.
#[test]
fn registers_at_hand_expand_as_the_second_program_says() {
    let kek = "holdings = \"KEK\"\nconfidence = \"reported\"\n[columns]\nholder = \"owner\"\nholder_country = \"owner_country\"\n\
               issuer = \"owned\"\nissuer_country = \"owned_country\"\nshare_min = \"share_min\"\nshare_max = \"share_max\"\n";
    let lists = ["US-SDN", "EU-FSF", "UK-SANCTIONS", "CN-CONTROL", "CA-SEMA"];
    for (file, rows, column) in [
        ("ownership/kek-german-media.csv", 2904, 1),
        ("ownership/idx-indonesia-2021.csv", 6129, 0),
        ("ownership/sec-exhibit-21.csv", 2425, 1),
    ] {
        let Some(path) = shared(file) else { return };
        let folder = tempfile::tempdir().unwrap();
        let map = folder.path().join("map.toml");
        std::fs::write(&map, kek).unwrap();
        let mut names: Vec<String> = csv::Reader::from_path(&path)
            .unwrap()
            .records()
            .map(|row| row.unwrap()[column].to_owned())
            .filter(|name| name.chars().filter(|c| c.is_alphabetic()).count() > 8)
            .collect();
        names.sort();
        names.dedup();
        let mut list = csv::Writer::from_path(folder.path().join("list.csv")).unwrap();
        list.write_record(["list", "name"]).unwrap();
        for (at, name) in names.iter().enumerate().step_by(12) {
            list.write_record([lists[at / 12 % lists.len()], name]).unwrap();
        }
        list.flush().unwrap();
        let one = |path: PathBuf| vec![path.display().to_string()];
        let inputs = Inputs {
            lists: one(folder.path().join("list.csv")),
            ownership: one(path),
            maps: one(map),
            ..Inputs::default()
        };
        let mut records = read(&inputs).unwrap();
        let own = records.sources.0.iter().find(|source| file.ends_with(&source.name)).unwrap();
        assert_eq!(own.records, rows, "{file}");
        // Blank names of owners are nobody; one subsidiary has no name.
        let blank = records.rejected.iter().all(|one| one.reason.contains("no letter or digit"));
        assert!(blank && records.rejected.len() <= 1, "{:?}", records.rejected);
        let answers = crate::verify::said(&inputs, crate::verify::RULES, "2026-10-20");
        parentage::verify::give(&mut records);
        let report = parentage::verify::verify(&records, &answers);
        assert_eq!(report.faults, [], "{file}");
        assert!(report.exposures > 100, "{file}: {} exposures", report.exposures);
    }
}

#[test]
fn the_danish_register_says_legal_and_real_owners() {
    for path in files("dk-cvr", ".json") {
        let text = std::fs::read_to_string(&path).unwrap();
        // The banner of the register's server.
        if text.contains("tagline") {
            continue;
        }
        let shares = text.matches("EJERANDEL").count();
        let records = read_path(&path, &[]);
        assert_eq!(
            (records.holdings.len(), records.rejected.len()),
            (shares, 0),
            "{}",
            path.display()
        );
        assert!(records.holdings.iter().all(|row| row.is_maybe_indirect()));
    }
    let legal = r#"{"Vrvirksomhed":{"cvrNummer":12345678,"navne":[{"navn":"Zubrin A/S","periode":{"gyldigFra":"2015-01-01"}}],
        "deltagerRelation":[{"deltager":{"enhedsNummer":4,"enhedstype":"PERSON","navne":[{"navn":"Anna Tern","periode":{}}]},
        "organisationer":[{"organisationsNavn":[{"navn":"EJERREGISTER"}],"medlemsData":[{"attributter":[{"type":"EJERANDEL_PROCENT",
        "vaerdier":[{"vaerdi":"0.5","periode":{"gyldigFra":"2016-01-01","gyldigTil":"2018-12-31"}},
        {"vaerdi":"0.6667","periode":{"gyldigFra":"2019-01-01"}}]}]}]}]}]}}"#;
    assert_eq!(
        holdings(&read_of(&[("cvr.json", legal)])),
        [
            "Anna Tern | Zubrin A/S | 50 to less than 66.66 % | equity | 2016-01-01 | 2019-01-01",
            "Anna Tern | Zubrin A/S | 66.67 to less than 90 % | equity | 2019-01-01 | ",
        ]
    );
}

/// Possible links go out by what hangs on them, come back decided on, and what is left blank stays open.
#[test]
fn possible_links_are_decided_on_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let lists = write(
        "list.csv",
        "list,name,country\nUS-SDN,Zubrin Trading Ltd,RU\nUS-SDN,Pelican Shipping Inc,RU\n",
    );
    let ownership = write(
        "holdings.csv",
        "holder,holder_country,issuer,issuer_country,share_min\nZubrin Trading LLC,RU,Gull Works,GB,60\n\
         Pelican Shipping Company,RU,Tern Mill,GB,5\nZubrin Trading LLC,RU,Swift Yard,GB,70\n",
    );
    let out = folder.path().join("review.csv").display().to_string();
    let data = [
        "--lists",
        &lists,
        "--rules",
        "embedded",
        "--ownership",
        &ownership,
        "--as-of",
        "2026-11-24",
    ];
    let all = |more: &[&str]| {
        let arguments: Vec<&str> = more.iter().chain(&data).copied().collect();
        crate::command::parentage(&arguments)
    };
    assert_eq!(all(&["links", "--out", &out]).status, 0);
    let text = std::fs::read_to_string(&out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[1].contains("Zubrin Trading LLC"), "what changes a verdict stands first: {text}");
    let verdict = |more: &[&str]| {
        let run = all(&[&["screen", "Gull Works", "--format", "json"], more].concat());
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        (answer[0]["verdict"].as_str().unwrap().to_owned(), run.err)
    };
    assert_eq!(verdict(&[]).0, "review", "somebody has to look at it");
    assert_eq!(
        verdict(&["--links", &out]),
        ("review".to_owned(), String::new()),
        "nothing was decided"
    );
    let decided = lines[1].replacen(",RU,,,", ",RU,same,the same register number,", 1);
    assert_ne!(decided, lines[1]);
    std::fs::write(&out, text.replace(lines[1], &decided)).unwrap();
    assert_eq!(verdict(&["--links", &out]).0, "hit");
    std::fs::write(&out, text.replace(lines[1], &decided.replace(",same,", ",different,")))
        .unwrap();
    assert_eq!(verdict(&["--links", &out]).0, "clear");
}

/// What is exported is read again: the project's own CSV and FollowTheMoney whole, BODS but for branches, which it
/// has no word for.
#[test]
fn exports_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let day = ["--as-of", "2026-11-24", "--quiet"];
    let run = |arguments: &[&str]| {
        let all: Vec<&str> = arguments.iter().chain(&day).copied().collect();
        let run = crate::command::parentage(&all);
        assert_eq!(run.status, 0, "{}", run.err);
        run.out
    };
    let said = |ownership: &str| {
        let out = run(&["expand", "--format", "csv", "--floor", "0", "--ownership", ownership]);
        let mut reader = csv::Reader::from_reader(out.as_bytes());
        let mut rows: Vec<String> = reader
            .records()
            .map(Result::unwrap)
            // Citations and places are those of other files.
            .map(|row| [1, 4, 8, 11, 12, 13, 14].map(|at| row[at].to_owned()).join("|"))
            .collect();
        rows.sort();
        rows
    };
    let expected = said("embedded");
    let of_branches = |rows: &[String]| rows.iter().filter(|row| row.contains("branch")).count();
    assert!(of_branches(&expected) > 0);
    for (format, file) in
        [("csv", "ownership"), ("ftm", "entities.ftm.json"), ("bods", "statements.json")]
    {
        let out = folder.path().join(format).display().to_string();
        run(&["export", "--format", format, "--out", &out]);
        let read = said(&format!("{out}/{file}"));
        if format == "bods" {
            let kept = expected.iter().filter(|row| !read.contains(row));
            let lost: Vec<&String> = kept.collect();
            assert!(lost.len() <= 3 * of_branches(&expected), "{lost:?}");
        } else {
            assert_eq!(read, expected, "{format}");
        }
    }
    let refused = crate::command::parentage(&["export", "--out", "x", "--format", "json"]);
    assert!(refused.status == 2 && refused.err.contains("ftm, bods or csv"), "{}", refused.err);
}

/// The verdicts on some names, of lists and ownership as given; what `expand` says is confirmed by the second program.
fn verdicts(list: &str, ownership: &[(&str, &str)], names: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let lists = folder.path().join("list.csv");
    std::fs::write(&lists, list).unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    for (name, text) in ownership {
        std::fs::write(own.join(name), text).unwrap();
    }
    let (lists, own) = (lists.display().to_string(), own.display().to_string());
    let data = ["--lists", &lists, "--rules", "embedded", "--ownership", &own];
    let run = |arguments: &[&str]| {
        let all = [arguments, &data, &["--as-of", "2026-11-24", "--quiet"]].concat();
        crate::command::parentage(&all)
    };
    let expanded = folder.path().join("expanded.json").display().to_string();
    std::fs::write(&expanded, run(&["expand", "--format", "json"]).out).unwrap();
    let verified = run(&["verify", &expanded]);
    assert!([0, 3].contains(&verified.status), "{}{}", verified.out, verified.err);
    let screened = run(&[&["screen", "--format", "jsonl"], names].concat());
    let verdict = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        answer["verdict"].as_str().unwrap().to_owned()
    };
    screened.out.lines().map(verdict).collect()
}

const ALPHA: &str =
    "list,entry,name,country,identifiers\nUS-SDN,1,Zq Alpha Corp,GB,gb-coh:09000001\n";

/// A person registered with 75 % holds no less because a chain is recorded too, whatever that chain is worth.
#[test]
fn a_band_counts_by_itself_whatever_chain_is_recorded() {
    let band = "{\"company_number\":\"09000002\",\"data\":{\"kind\":\"corporate-entity-person-with-significant-control\",\"name\":\
                \"Zq Alpha Corp\",\"identification\":{\"country_registered\":\"England\",\"registration_number\":\"09000001\"},\
                \"natures_of_control\":[\"ownership-of-shares-75-to-100-percent\"],\"notified_on\":\"2016-04-06\"}}\n";
    let head = "holder,holder_id,issuer,issuer_id,share_min,interest,until\n";
    let chains = [
        "Zq Alpha Corp,gb-coh:09000001,Zq Charlie Corp,x:6,60,equity,2020-01-01\nZq Charlie Corp,x:6,Zq Bravo Corp,gb-coh:09000002,60,equity,\n",
        "Zq Alpha Corp,gb-coh:09000001,Zq Charlie Corp,x:6,,control,\nZq Charlie Corp,x:6,Zq Bravo Corp,gb-coh:09000002,75,equity,\n",
        "Zq Alpha Corp,gb-coh:09000001,Zq Charlie Corp,x:6,0,equity,\nZq Charlie Corp,x:6,Zq Bravo Corp,gb-coh:09000002,0,equity,\n",
        "Zq Alpha Corp,gb-coh:09000001,Zq Charlie Corp,x:6,1,votes,\nZq Charlie Corp,x:6,Zq Bravo Corp,gb-coh:09000002,1,votes,\n",
        "Zq Alpha Corp,gb-coh:09000001,Zq Charlie Corp,x:6,60,equity,\nZq Charlie Corp,x:6,Zq Bravo Corp,gb-coh:09000002,60,equity,\n",
    ];
    for chain in chains {
        let chain = format!("{head}{chain}");
        let files = [("psc.txt", band), ("chain.csv", chain.as_str())];
        assert_eq!(verdicts(ALPHA, &files, &["Zq Bravo Corp"]), ["hit"], "{chain}");
    }
}

/// Records that differ are not one, and words for nobody, numbers that name nobody and numbers of other registers join
/// nothing.
#[test]
fn nothing_is_joined_by_what_names_nobody() {
    let corporate = |number: &str, name: &str, country: &str, place: &str, own: &str| {
        format!(
            "{{\"company_number\":\"{number}\",\"data\":{{\"kind\":\"corporate-entity-person-with-significant-control\",\"name\":\
             \"{name}\",\"identification\":{{\"country_registered\":\"{country}\",\"place_registered\":\"{place}\",\
             \"registration_number\":\"{own}\"}},\"natures_of_control\":[\"ownership-of-shares-75-to-100-percent\"]}}}}\n"
        )
    };
    let parent = "list,name\nUS-SDN,Nz Parent Ltd\n";
    for (country, here, there, number) in [
        ("Germany", "Amtsgericht Muenchen", "Amtsgericht Hamburg", "HRB 12345"),
        ("United States", "Delaware", "Nevada", "7654321"),
        ("England", "Companies House", "Companies House", "00000000"),
        ("Jersey", "Jersey", "Jersey", "None00000"),
    ] {
        let psc = corporate("07000001", "Nz Parent Ltd", country, here, number)
            + &corporate("07000002", "Innocent Bakery", country, there, number);
        let found = verdicts(parent, &[("psc.txt", &psc)], &["gb-coh:07000001", "Innocent Bakery"]);
        assert_eq!(found[1], "clear", "{country}");
    }
    let ftm = "{\"id\":\"NK-aB1\",\"schema\":\"Company\",\"properties\":{\"name\":[\"Nz Parent Ltd\"]}}\n\
        {\"id\":\"NK-Ab1\",\"schema\":\"Company\",\"properties\":{\"name\":[\"Innocent Bakery\"]}}\n\
        {\"id\":\"k;1\",\"schema\":\"Company\",\"properties\":{\"name\":[\"Bakery Shop\"]}}\n\
        {\"id\":\"o1\",\"schema\":\"Ownership\",\"properties\":{\"owner\":[\"NK-Ab1\"],\"asset\":[\"k;1\"],\"percentage\":[\"100 %\"]}}\n";
    let found = verdicts(parent, &[("a.json", ftm)], &["Bakery Shop", "Innocent Bakery"]);
    assert_eq!(found, ["clear", "clear"]);
    let records = read_of(&[("a.json", ftm)]);
    assert_eq!(holdings(&records), ["Innocent Bakery | Bakery Shop | 100 % | equity |  | "]);
}

/// The last statement of a record counts where it says that nothing is owned, and those of one file replace none of
/// another.
#[test]
fn statements_replace_those_of_their_own_file() {
    let entity = |id: &str, name: &str| {
        format!(
            "{{\"statementID\":\"{id}\",\"statementType\":\"entityStatement\",\"isComponent\":false,\"entityType\":\"registeredEntity\",\
             \"name\":\"{name}\"}}"
        )
    };
    let owns = |id: &str, more: &str, share: u32| {
        format!(
            "{{\"statementID\":\"{id}\",\"statementType\":\"ownershipOrControlStatement\",\"isComponent\":false{more},\"subject\":\
             {{\"describedByEntityStatement\":\"S\"}},\"interestedParty\":{{\"describedByEntityStatement\":\"H\"}},\"interests\":\
             [{{\"type\":\"shareholding\",\"interestLevel\":\"direct\",\"share\":{{\"exact\":{share}}}}}]}}"
        )
    };
    let first = format!(
        "[{},{},{},{}]",
        entity("H", "Tern Hold"),
        entity("S", "Tern Sub"),
        owns("X1", "", 60),
        owns("X2", ",\"replacesStatements\":[\"X1\"]", 20)
    );
    let second = format!(
        "[{},{},{}]",
        entity("H", "Gull Hold"),
        entity("S", "Gull Sub"),
        owns("X1", "", 70)
    );
    let records = read_of(&[("a.json", &first), ("b.json", &second)]);
    assert_eq!(
        holdings(&records),
        [
            "Gull Hold | Gull Sub | 70 % | equity |  | ",
            "Tern Hold | Tern Sub | 20 % | equity |  | "
        ]
    );
}

/// What may be a fraction is unknown in ranges, too; a role beside a percentage is no interest.
#[test]
fn percentages_of_followthemoney_are_read_as_they_are_meant() {
    let rows = ["0.5-0.75", "> 0.5", "0.6 to 0.9", "51-75", "> 25"];
    let mut text =
        "{\"id\":\"p\",\"schema\":\"Company\",\"properties\":{\"name\":[\"Parent\"]}}\n".to_owned();
    for (at, share) in rows.iter().enumerate() {
        text += &format!(
            "{{\"id\":\"c{at}\",\"schema\":\"Company\",\"properties\":{{\"name\":[\"Child {at}\"]}}}}\n{{\"id\":\"o{at}\",\"schema\":\
             \"Ownership\",\"properties\":{{\"owner\":[\"p\"],\"asset\":[\"c{at}\"],\"percentage\":[\"{share}\"],\"role\":[\"control\"]}}}}\n"
        );
    }
    let records = read_of(&[("a.json", &text)]);
    let shares: Vec<String> = holdings(&records)
        .iter()
        .map(|row| row.split(" | ").skip(2).take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        shares,
        [
            "share unknown equity",
            "share unknown equity",
            "share unknown equity",
            "51 to 75 % equity",
            "more than 25 to 100 % equity"
        ]
    );
}

/// A name whose generic word is written otherwise is a possible link, as it is a match.
#[test]
fn a_generic_word_written_otherwise_is_a_possible_link() {
    let list = "list,name,country\nUS-SDN,Kzorg Machinery Holding GmbH,DE\n";
    let rows = "holder,holder_country,issuer,share_min\nKzorg Machinery Holdings GmbH,DE,Kz Sub One,60\n\
                Kzorg Trading Holding GmbH,DE,Kz Sub Two,60\n";
    let names = ["Kz Sub One", "Kz Sub Two"];
    assert_eq!(verdicts(list, &[("h.csv", rows)], &names), ["review", "clear"]);
}

/// What owners hold beside a recorded chain counts in what is looked through, too, and downstream where declared shares exceed
/// the whole.
#[test]
fn a_band_beside_a_chain_is_looked_through() {
    let psc = |nature: &str| {
        format!(
            "{{\"company_number\":\"09000002\",\"data\":{{\"kind\":\"corporate-entity-person-with-significant-control\",\"name\":\
             \"Zq Alpha Corp\",\"identification\":{{\"country_registered\":\"England\",\"registration_number\":\"09000001\"}},\
             \"natures_of_control\":[\"ownership-of-shares-{nature}-percent\"]}}}}\n"
        )
    };
    let head = "holder,holder_id,issuer,issuer_id,share_min\n";
    let chain = format!(
        "{head}Zq Alpha Corp,gb-coh:09000001,Zq Charlie Corp,x:6,10\nZq Charlie Corp,x:6,Zq Bravo Corp,gb-coh:09000002,10\n"
    );
    let band = psc("25-to-50");
    let files = [("psc.txt", band.as_str()), ("chain.csv", chain.as_str())];
    assert_eq!(
        verdicts(ALPHA, &files, &["Zq Bravo Corp"]),
        ["review"],
        "flagged: a quarter is held"
    );
    let band = psc("75-to-100");
    let over = format!(
        "{chain}Zq Oscar Corp,,Zq Bravo Corp,gb-coh:09000002,95\nZq Bravo Corp,gb-coh:09000002,Zq Yankee Corp,,\n"
    );
    let files = [("psc.txt", band.as_str()), ("chain.csv", over.as_str())];
    let found = verdicts(ALPHA, &files, &["Zq Bravo Corp", "Zq Yankee Corp"]);
    assert_eq!(found, ["hit", "review"], "whom it may reach is possible");
}

/// Rows of one holder that say the same, more, or less of one holding are neither added up twice nor lost.
#[test]
fn what_is_said_of_one_holding_by_several_is_a_range() {
    let head = "holder,holder_id,issuer,issuer_id,share_min,share_max,interest\n";
    let row = |share: &str, interest: &str| {
        format!(
            "Zq Alpha Corp,gb-coh:09000001,Zq Bravo Corp,gb-coh:09000002,{share},{share},{interest}\n"
        )
    };
    let rows = |all: &[(&str, &str)]| -> String {
        let all = all.iter().map(|(share, interest)| row(share, interest));
        format!("{head}{}", all.collect::<String>())
    };
    let one = |text: &str| verdicts(ALPHA, &[("h.csv", text)], &["Zq Bravo Corp"]).remove(0);
    // Of something and of the equity: 30 to 60 %.
    assert_eq!(one(&rows(&[("30", "unspecified"), ("30", "equity")])), "review");
    assert_eq!(one(&rows(&[("60", "unspecified"), ("30", "equity")])), "hit");
    assert_eq!(one(&rows(&[("20", "unspecified"), ("20", "equity")])), "clear");
    // A band that may be held through others says more than what is recorded directly: the band counts.
    let band = |nature: &str, number: &str| {
        format!(
            "{{\"company_number\":\"09000002\",\"data\":{{\"kind\":\"corporate-entity-person-with-significant-control\",\"name\":\
             \"Zq {number}\",\"identification\":{{\"country_registered\":\"England\",\"registration_number\":\"{number}\"}},\
             \"natures_of_control\":[\"ownership-of-shares-{nature}\"],\"notified_on\":\"2016-04-06\"}}}}\n"
        )
    };
    let with = |psc: &str, text: &str| {
        verdicts(ALPHA, &[("psc.txt", psc), ("h.csv", text)], &["Zq Bravo Corp"]).remove(0)
    };
    let most = band("75-to-100-percent", "09000001");
    assert_eq!(with(&most, &rows(&[("40", "equity")])), "hit");
    // Another owner's band may be held through the listed one: it takes nothing from what he may have.
    let unknown =
        format!("{head}Zq Alpha Corp,gb-coh:09000001,Zq Bravo Corp,gb-coh:09000002,,,equity\n");
    assert_eq!(with(&band("75-to-100-percent", "09000007"), &unknown), "review");
}

/// Files that tell anew of what older ones told: the last counts, in whichever order they are read.
#[test]
fn a_later_version_of_a_record_takes_the_place_of_the_one_before() {
    let event = |point: u32, more: &str| {
        format!(
            "{{\"resource_uri\":\"/company/09000002/persons-with-significant-control/individual/x\",\"data\":{{\"kind\":\
             \"individual-person-with-significant-control\",\"name\":\"Anna Tern\",\"natures_of_control\":\
             [\"ownership-of-shares-75-to-100-percent\"],\"notified_on\":\"2016-04-06\"{more}}},\"event\":{{\"timepoint\":\
             {point},\"type\":\"changed\"}}}}\n"
        )
    };
    let (old, new) = (event(9, ""), event(10, ",\"ceased_on\":\"2023-03-01\""));
    for stream in [format!("{old}{new}"), format!("{new}{old}")] {
        let records = read_of(&[("psc.txt", &stream)]);
        assert_eq!(
            holdings(&records),
            ["Anna Tern | gb-coh:09000002 | 75 to 100 % | equity | 2016-04-06 | 2023-03-01"]
        );
        assert_eq!(counts(&records), (2, 1, 0, 1), "read, taken, rejected, aside");
    }
    let relation = |status: &str, end: &str, changed: &str| {
        format!(
            "{{\"relations\":[{{\"RelationshipRecord\":{{\"Relationship\":{{\"StartNode\":{{\"NodeID\":{{\"$\":\"C\"}}}},\"EndNode\":\
             {{\"NodeID\":{{\"$\":\"P\"}}}},\"RelationshipType\":{{\"$\":\"IS_DIRECTLY_CONSOLIDATED_BY\"}},\"RelationshipPeriods\":\
             {{\"RelationshipPeriod\":[{{\"StartDate\":{{\"$\":\"2015-03-01\"}}{end},\"PeriodType\":{{\"$\":\"RELATIONSHIP_PERIOD\"}}}}]}},\
             \"RelationshipStatus\":{{\"$\":\"{status}\"}}}},\"Registration\":{{\"LastUpdateDate\":{{\"$\":\"{changed}\"}},\
             \"RegistrationStatus\":{{\"$\":\"PUBLISHED\"}}}}}}}}]}}"
        )
    };
    let full = relation("ACTIVE", "", "2021-01-01");
    let delta = relation("INACTIVE", ",\"EndDate\":{\"$\":\"2022-05-01\"}", "2022-06-01");
    for files in [[("a.json", &full), ("b.json", &delta)], [("a.json", &delta), ("b.json", &full)]]
    {
        let files = files.map(|(name, text)| (name, text.as_str()));
        let told = holdings(&read_of(&files));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with("| 2015-03-01 | 2022-05-02"), "{told:?}");
    }
}

/// Numbers of owners by the name of their register, and what this program writes itself, join.
#[test]
fn identifiers_of_statements_are_read_by_the_name_of_their_scheme() {
    let party = |id: &str, name: &str, identifier: &str| {
        format!(
            "{{\"statementId\":\"{id}-0000-0000-0000-000000000000000\",\"recordId\":\"{id}\",\"recordType\":\"entity\",\"recordStatus\":\
             \"new\",\"declarationSubject\":\"e1\",\"statementDate\":\"2024-01-01\",\"recordDetails\":{{\"isComponent\":false,\
             \"entityType\":{{\"type\":\"registeredEntity\"}},\"name\":\"{name}\",\"identifiers\":[{identifier}]}}}}"
        )
    };
    let relation = "{\"statementId\":\"r1-0000-0000-0000-000000000000000\",\"recordId\":\"r1\",\"recordType\":\"relationship\",\"recordStatus\":\
                    \"new\",\"declarationSubject\":\"e1\",\"statementDate\":\"2024-01-01\",\"recordDetails\":{\"isComponent\":false,\
                    \"subject\":\"e1\",\"interestedParty\":\"e2\",\"interests\":[{\"type\":\"shareholding\",\"directOrIndirect\":\"direct\",\
                    \"share\":{\"exact\":60}}]}}";
    for identifier in [
        "{\"id\":\"09000001\",\"schemeName\":\"RA000585\"}",
        "{\"id\":\"09000001\",\"schemeName\":\"gb-coh\"}",
    ] {
        let (child, parent) =
            (party("e1", "Zq Bravo Corp", ""), party("e2", "Zq Peak", identifier));
        let text = format!("[{child},{parent},{relation}]");
        assert_eq!(verdicts(ALPHA, &[("bods.json", &text)], &["Zq Bravo Corp"]), ["hit"], "{text}");
    }
}
