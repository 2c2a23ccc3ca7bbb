//! Lists as authorities publish them: excerpts of our own making in each format, and every file that is at hand
//! counted by other means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parentage::model::ListEntry;
use parentage::source::{Inputs, Records, read};

/// What is read of files of some names and texts, beside one another.
fn read_of(files: &[(&str, &str)]) -> Records {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    read_path(folder.path())
}

fn read_path(path: &Path) -> Records {
    let lists = vec![path.display().to_string()];
    let none = tempfile::tempdir().unwrap();
    let ownership = none.path().join("holdings.csv");
    std::fs::write(&ownership, "holder,issuer\n").unwrap();
    let ownership = vec![ownership.display().to_string()];
    read(&Inputs { lists, ownership, ..Inputs::default() }).unwrap()
}

/// An entry in one line.
fn told(entry: &ListEntry) -> String {
    let day =
        |day: Option<parentage::day::Day>| day.map_or_else(String::new, |day| day.to_string());
    let fields = [
        entry.list.clone(),
        entry.entry.clone(),
        entry.name.clone(),
        entry.name_native.clone(),
        entry.aliases.join("; "),
        entry.weak_aliases.join("; "),
        entry.countries.to_string(),
        entry.birth_date.clone(),
        entry.identifiers.to_string(),
        format!("{:?}", entry.kind),
        entry.programmes.join("; "),
        day(entry.published),
    ];
    fields.join(" | ")
}

fn entries(records: &Records) -> Vec<String> {
    records.entries.iter().map(|(entry, _)| told(entry)).collect()
}

fn checked(records: &Records, list: &str) -> String {
    let info = records.lists.iter().find(|info| info.list == list).unwrap();
    info.checked_until.map_or_else(String::new, |day| day.to_string())
}

#[test]
fn ofac_sets_of_csv_files_are_read_together() {
    let records = read_of(&[
        (
            "sdn.csv",
            "11,\"ZUBRIN TRADING\",-0- ,\"IRAN] [SDGT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"a.k.a. 'ZT'; Registration ID 12345 \
             (Iran); Linked To: PELICAN HOLD\"\n12,\"DOE, Jane\",\"individual\",\"SDGT\",\"Treasurer\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- \
             ,\"DOB circa 1962; alt. DOB 31 Aug 1963; POB Tern; nationality Iraq; Passport A1234567 (Iraq).\"\n\
             13,\"TERN STAR\",\"vessel\",\"IRAN\",-0- ,\"9XYZ\",\"Tanker\",-0- ,-0- ,\"Panama\",-0- ,\"Vessel Registration \
             Identification IMO 9187629.\"\n\u{1a}",
        ),
        ("alt.csv", "11,1,\"aka\",\"ZUBRIN COMMERCE\",-0- \n"),
        ("add.csv", "11,1,\"1 Road\",\"Tehran 11369\",\"Iran\",-0- \n12,2,-0- ,-0- ,-0- ,-0- \n"),
        ("sdn_comments.csv", "11,\"INGS LTD; Additional remark.\"\n"),
        (
            "cons_prim.csv",
            "21,\"TUNDRA BANK\",-0- ,\"UKRAINE-EO13662] [RUSSIA-EO14024\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Executive Order \
             13662 Directive Determination - Subject to Directive 1\"\n22,\"LANTERN OPTICS\",-0- ,\"CMIC-EO13959\",-0- ,-0- ,-0- \
             ,-0- ,-0- ,-0- ,-0- ,-0- \n23,\"ROE, John\",\"individual\",\"NS-PLC\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n",
        ),
    ]);
    assert_eq!(records.rejected, []);
    assert_eq!(
        entries(&records),
        [
            "US-SSI | 21 | TUNDRA BANK |  |  |  |  |  |  | Company | UKRAINE-EO13662; RUSSIA-EO14024 | ",
            "US-CMIC | 22 | LANTERN OPTICS |  |  |  |  |  |  | Company | CMIC-EO13959 | ",
            "US-NONSDN | 23 | ROE, John |  |  |  |  |  |  | Person | NS-PLC | ",
            "US-SDN | 11 | ZUBRIN TRADING |  | ZUBRIN COMMERCE | ZT | IR |  | reg-ir:12345 | Company | IRAN; SDGT | ",
            "US-SDN | 12 | DOE, Jane |  |  |  | IQ | 1961;1962;1963;1963-08-31 | passport-iq:A1234567 | Person | SDGT | ",
            "US-SDN | 13 | TERN STAR |  |  |  |  |  | imo:9187629 | Other | IRAN | ",
        ]
    );
    assert_eq!(records.entries[3].0.city, "Tehran");
    assert_eq!(records.entries[3].0.remarks, "Additional remark.");
    let linked: Vec<&str> = records.linked.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(linked, ["PELICAN HOLDINGS LTD"], "the comments go on in the midst of a word");

    let alone = read_of(&[(
        "sdn.csv",
        "11,\"ZUBRIN\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n",
    )]);
    assert!(alone.rejected[0].reason.contains("without their other names"));
    let alone = read_of(&[
        ("list.csv", "list,name\nX,Y\n"),
        ("alt.csv", "11,1,\"aka\",\"ZUBRIN COMMERCE\",-0- \n"),
    ]);
    assert!(alone.rejected[0].reason.contains("1 entries that no file has, such as number 11"));
}

#[test]
fn ofac_xml_says_how_many_it_holds() {
    let xml = |count: u32| {
        format!(
            "<?xml version=\"1.0\"?><sdnList xmlns=\"x\"><publshInformation><Publish_Date>04/22/2026</Publish_Date>\
             <Record_Count>{count}</Record_Count></publshInformation><sdnEntry><uid>7</uid><firstName>Jane</firstName>\
             <lastName>DOE</lastName><sdnType>Individual</sdnType><programList><program>SDGT</program></programList><akaList>\
             <aka><category>weak</category><lastName>JD</lastName></aka><aka><category>strong</category><lastName>ROE</lastName>\
             <firstName>J &amp; K</firstName></aka></akaList><idList><id><idType>Passport</idType><idNumber>A12345</idNumber>\
             <idCountry>Iraq</idCountry></id></idList><dateOfBirthList><dateOfBirthItem><dateOfBirth>Aug 1962</dateOfBirth>\
             </dateOfBirthItem></dateOfBirthList><nationalityList><nationality><country>Iraq</country></nationality>\
             </nationalityList></sdnEntry></sdnList>"
        )
    };
    let records = read_of(&[("sdn.xml", &xml(1))]);
    assert_eq!(records.rejected, []);
    assert_eq!(
        entries(&records),
        [
            "US-SDN | 7 | DOE, Jane |  | ROE, J & K | JD | IQ | 1962-08 | passport-iq:A12345 | Person | SDGT | "
        ]
    );
    assert_eq!(checked(&records, "US-SDN"), "2026-04-22");
    let short = read_of(&[("sdn.xml", &xml(2))]);
    assert!(short.rejected[0].reason.contains("2 records, and 1 were read"));
}

#[test]
fn ofac_advanced_xml_is_put_together_by_number() {
    let records = read_of(&[(
        "sdn_advanced.xml",
        "<Sanctions Version=\"3\"><DateOfIssue><Year>2026</Year><Month>4</Month><Day>22</Day></DateOfIssue><ReferenceValueSets>\
         <FeatureTypeValues><FeatureType ID=\"8\">Birthdate</FeatureType><FeatureType ID=\"10\">Nationality Country</FeatureType>\
         <FeatureType ID=\"25\">Location</FeatureType></FeatureTypeValues><IDRegDocTypeValues><IDRegDocType ID=\"1571\">Passport\
         </IDRegDocType></IDRegDocTypeValues><CountryValues><Country ID=\"11\">Iraq</Country></CountryValues><LocPartTypeValues>\
         <LocPartType ID=\"1454\">CITY</LocPartType></LocPartTypeValues><NamePartTypeValues><NamePartType ID=\"1520\">Last \
         Name</NamePartType><NamePartType ID=\"1521\">First Name</NamePartType></NamePartTypeValues><PartyTypeValues><PartyType \
         ID=\"1\">Individual</PartyType></PartyTypeValues><PartySubTypeValues><PartySubType ID=\"4\" PartyTypeID=\"1\">Unknown\
         </PartySubType></PartySubTypeValues><ListValues><List ID=\"1550\">SDN List</List></ListValues><RelationTypeValues><RelationType ID=\"15003\">Owned or \
         Controlled By</RelationType></RelationTypeValues></ReferenceValueSets>\
         <Locations><Location ID=\"25\"><LocationPart LocPartTypeID=\"1454\"><LocationPartValue><Value>Basra</Value>\
         </LocationPartValue></LocationPart><LocationCountry CountryID=\"11\"/></Location></Locations><IDRegDocuments><IDRegDocument \
         ID=\"2\" IDRegDocTypeID=\"1571\" IdentityID=\"67\" IssuedBy-CountryID=\"11\"><IDRegistrationNo>A12 345</IDRegistrationNo>\
         </IDRegDocument></IDRegDocuments><DistinctParties><DistinctParty FixedRef=\"26\"><Profile ID=\"26\" PartySubTypeID=\"4\">\
         <Identity ID=\"67\" Primary=\"true\"><Alias Primary=\"true\" LowQuality=\"false\"><DocumentedName><DocumentedNamePart>\
         <NamePartValue NamePartGroupID=\"71\">TERN</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue \
         NamePartGroupID=\"72\">Anna</NamePartValue></DocumentedNamePart></DocumentedName><DocumentedName><DocumentedNamePart>\
         <NamePartValue NamePartGroupID=\"73\">Анна</NamePartValue></DocumentedNamePart></DocumentedName></Alias><Alias \
         Primary=\"false\" LowQuality=\"true\"><DocumentedName><DocumentedNamePart><NamePartValue \
         NamePartGroupID=\"74\">SWIFT</NamePartValue></DocumentedNamePart></DocumentedName></Alias><NamePartGroups>\
         <MasterNamePartGroup><NamePartGroup ID=\"71\" NamePartTypeID=\"1520\"/></MasterNamePartGroup><MasterNamePartGroup>\
         <NamePartGroup ID=\"72\" NamePartTypeID=\"1521\"/></MasterNamePartGroup></NamePartGroups></Identity><Feature \
         FeatureTypeID=\"8\"><FeatureVersion><DatePeriod><Start><From><Year>1948</Year><Month>12</Month><Day>10</Day></From><To>\
         <Year>1948</Year><Month>12</Month><Day>10</Day></To></Start></DatePeriod></FeatureVersion></Feature><Feature \
         FeatureTypeID=\"25\"><FeatureVersion><VersionLocation LocationID=\"25\"/></FeatureVersion></Feature></Profile>\
         </DistinctParty></DistinctParties><ProfileRelationships><ProfileRelationship From-ProfileID=\"26\" To-ProfileID=\"26\" \
         RelationTypeID=\"15003\" Former=\"false\"/><ProfileRelationship From-ProfileID=\"26\" To-ProfileID=\"9\"/>\
         </ProfileRelationships><SanctionsEntries><SanctionsEntry ID=\"26\" ProfileID=\"26\" ListID=\"1550\"><EntryEvent>\
         <Date><Year>2001</Year><Month>12</Month><Day>4</Day></Date></EntryEvent><SanctionsMeasure><Comment/></SanctionsMeasure>\
         <SanctionsMeasure><Comment>SDGT</Comment></SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>",
    )]);
    assert_eq!(records.rejected.len(), 1);
    assert!(records.rejected[0].reason.contains("to `9`"), "{:?}", records.rejected);
    assert_eq!(records.entries[0].0.remarks, "Owned or Controlled By: TERN, Anna");
    assert_eq!(records.linked.len(), 1);
    assert_eq!(
        entries(&records),
        [
            "US-SDN | 26 | TERN, Anna | Анна |  | SWIFT | IQ | 1948-12-10 | passport-iq:A12345 | Person | SDGT | 2001-12-04"
        ]
    );
    assert_eq!(
        (records.entries[0].0.city.as_str(), &*checked(&records, "US-SDN")),
        ("Basra", "2026-04-22")
    );
}

#[test]
fn un_eu_uk_swiss_and_canadian_lists_are_read() {
    let un = read_of(&[(
        "un.xml",
        "<CONSOLIDATED_LIST dateGenerated=\"2026-02-27T00:00:09Z\"><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>JANE</FIRST_NAME>\
         <SECOND_NAME>DOE</SECOND_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.900</REFERENCE_NUMBER>\
         <LISTED_ON>2012-12-31</LISTED_ON><NATIONALITY><VALUE>Democratic Republic of the Congo</VALUE></NATIONALITY>\
         <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>J. D.; JD Senior</ALIAS_NAME></INDIVIDUAL_ALIAS><INDIVIDUAL_ALIAS>\
         <QUALITY>Low</QUALITY><ALIAS_NAME>Lark</ALIAS_NAME></INDIVIDUAL_ALIAS><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN\
         </TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1961</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_DOCUMENT>\
         <TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>P77 889</NUMBER><ISSUING_COUNTRY>Kenya</ISSUING_COUNTRY>\
         </INDIVIDUAL_DOCUMENT></INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><FIRST_NAME>TERN MINING</FIRST_NAME>\
         <REFERENCE_NUMBER>CDe.9</REFERENCE_NUMBER><NAME_ORIGINAL_SCRIPT>نورس</NAME_ORIGINAL_SCRIPT></ENTITY></ENTITIES>\
         </CONSOLIDATED_LIST>",
    )]);
    assert_eq!(un.rejected, []);
    assert_eq!(
        entries(&un),
        [
            "UN | CDi.900 | JANE DOE |  | J. D.; JD Senior | Lark | CD | 1960;1961 | passport-ke:P77889 | Person | DRC | 2012-12-31",
            "UN | CDe.9 | TERN MINING | نورس |  |  |  |  |  | Company |  | ",
        ]
    );
    assert_eq!(checked(&un, "UN"), "2026-02-27");

    let expected = "EU-FSF | EU.9.1 | Zubrin Trading | Зубрин | Zubrin Commerce | ZT | IR;SY | 1961;1962;1963 | passport-sy:N12345 | Person | TAQA | 2008-07-03";
    let eu = read_of(&[(
        "eu.xml",
        "<?xml version=\"1.0\"?><!-- made up --><export xmlns=\"http://eu.europa.ec/fpi/fsd/export\" generationDate=\"2026-04-15T15:29:22\">\
         <sanctionEntity designationDate=\"2008-07-03\" euReferenceNumber=\"EU.9.1\" logicalId=\"9\"><regulation programme=\"TAQA\" \
         numberTitle=\"1/2008\"/><subjectType code=\"person\" classificationCode=\"P\"/><nameAlias wholeName=\"Zubrin Trading\" \
         strong=\"true\"/><nameAlias wholeName=\"Зубрин\" strong=\"true\"/><nameAlias firstName=\"Zubrin\" lastName=\"Commerce\" \
         strong=\"true\"/><nameAlias wholeName=\"ZT\" strong=\"false\"/><citizenship countryIso2Code=\"SY\"/><address \
         countryIso2Code=\"IR\" city=\"Tehran\"/><birthdate circa=\"true\" year=\"1962\"/><identification \
         identificationTypeCode=\"passport\" number=\"N12345\" countryIso2Code=\"SY\"/></sanctionEntity></export>",
    )]);
    assert_eq!(entries(&eu), [expected]);
    assert_eq!(checked(&eu, "EU-FSF"), "2026-04-15");
    let eu = read_of(&[(
        "eu.csv",
        "\u{feff}fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_DesignationDate;Entity_SubjectType;\
         Entity_Regulation_Programme;NameAlias_WholeName;NameAlias_Strong;Address_CountryIso2Code;Citizenship_CountryIso2Code;\
         BirthDate_Year;BirthDate_Circa;Identification_Number;Identification_TypeCode;Identification_CountryIso2Code\n\
         2026-04-15;9;EU.9.1;2008-07-03;P;TAQA;Zubrin Trading;;;;;;;;\n2026-04-15;9;EU.9.1;2008-07-03;P;TAQA;Зубрин;;;;;;;;\n\
         2026-04-15;9;EU.9.1;2008-07-03;P;TAQA;Zubrin Commerce;;IR;SY;;;;;\n\
         2026-04-15;9;EU.9.1;2008-07-03;P;TAQA;ZT;false;;;1962;true;N12345;passport;SY\n",
    )]);
    assert_eq!(entries(&eu), [expected.replace(" | Зубрин | ", " |  | Зубрин; ")]);

    let expected = "UK-SANCTIONS | RUS9 | Anna Maria TERN | Анна | A. Tern | Swift | RU | 1962 | passport-ru:77889 | Person | Russia Regulations | 2022-03-16";
    let uk = read_of(&[(
        "uk.xml",
        "<Designations><DateGenerated>2026-05-30</DateGenerated><Designation><UniqueID>RUS9</UniqueID><Names><Name><Name6>A. Tern\
         </Name6><NameType>Alias</NameType></Name><Name><Name1>Anna</Name1><Name2>Maria</Name2><Name6>TERN</Name6><NameType>Primary \
         Name</NameType></Name><Name><Name6>Swift</Name6><NameType>Alias</NameType><AliasStrength>Low quality a.k.a</AliasStrength>\
         </Name></Names><NonLatinNames><NonLatinName><NameNonLatinScript>Анна</NameNonLatinScript></NonLatinName></NonLatinNames>\
         <RegimeName>Russia Regulations</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip><SanctionsImposed>Asset \
         freeze|Travel Ban</SanctionsImposed><DateDesignated>16/03/2022</DateDesignated><IndividualDetails><Individual><DOBs>\
         <DOB>dd/mm/1962</DOB></DOBs><Nationalities><Nationality>Russia</Nationality></Nationalities><PassportDetails><Passport>\
         <PassportNumber>77889</PassportNumber></Passport></PassportDetails></Individual></IndividualDetails></Designation>\
         <Designation><UniqueID>RUS10</UniqueID><Names><Name><Name6>Gull</Name6><NameType>Primary Name</NameType></Name></Names>\
         <IndividualEntityShip>Ship</IndividualEntityShip><SanctionsImposed>Trade sanctions</SanctionsImposed></Designation>\
         </Designations>",
    )]);
    assert_eq!(entries(&uk)[0], expected);
    let restriction = |at: usize| format!("{:?}", uk.entries[at].0.restriction);
    assert_eq!([restriction(0), restriction(1)], ["Some(AssetFreeze)", "Some(Other)"]);
    let uk = read_of(&[(
        "uk.csv",
        "Report Date: 30-May-2026,,,\nLast Updated,Unique ID,Name 6,Name 1,Name 2,Name type,Alias strength,Name non-latin script,\
         Regime Name,Designation Type,Sanctions Imposed,Date Designated,D.O.B,Nationality(/ies),Passport number\n\
         ,RUS9,A. Tern,,,Alias,,,Russia Regulations,Individual,Asset freeze|Travel Ban,16/03/2022,,,\n\
         ,RUS9,TERN,Anna,Maria,Primary Name,,Анна,Russia Regulations,Individual,Asset freeze|Travel Ban,16/03/2022,dd/mm/1962,\
         Russia,77889\n,RUS9,Swift,,,Alias,Low quality a.k.a,,Russia Regulations,Individual,Asset freeze|Travel \
         Ban,16/03/2022,,,\n",
    )]);
    assert_eq!(entries(&uk), [expected]);
    assert_eq!(checked(&uk, "UK-SANCTIONS"), "2026-05-30");
    let ofsi = read_of(&[(
        "ConList.csv",
        "Last Updated,27/04/2020\nName 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name Non-Latin Script,DOB,Nationality,Passport \
         Number,Group Type,Alias Type,Alias Quality,Regime,Listed On,Group ID\n\
         A. Tern,,,,,,,,,,Individual,AKA,,Russia Regulations,16/03/2022,RUS9\n\
         TERN,Anna,Maria,,,,Анна,00/00/1962,Russia,77889,Individual,Primary name,,Russia Regulations,16/03/2022,RUS9\n\
         Swift,,,,,,,,,,Individual,AKA,Low,Russia Regulations,16/03/2022,RUS9\n",
    )]);
    assert_eq!(entries(&ofsi), [expected]);

    let swiss = read_of(&[(
        "seco.xml",
        "<swiss-sanctions-list list-type=\"whole-list\" date=\"2026-03-10\"><sanctions-program ssid=\"20\"><program-key \
         lang=\"eng\">Belarus</program-key><sanctions-set ssid=\"43\" lang=\"eng\">annex</sanctions-set></sanctions-program>\
         <target ssid=\"100\"><sanctions-set-id>43</sanctions-set-id><modification modification-type=\"de-listed\" \
         publication-date=\"2024-01-01\" effective-date=\"2024-01-02\"><removed><target ssid=\"1\"/></removed></modification>\
         <modification modification-type=\"listed\" publication-date=\"2022-03-16\" effective-date=\"2022-03-16\"/><individual>\
         <identity ssid=\"1\" main=\"true\"><name name-type=\"primary-name\"><name-part order=\"2\" \
         name-part-type=\"family-name\"><value>Tern</value><spelling-variant lang=\"rus\" script=\"CYRL\">Крачка</spelling-variant>\
         </name-part><name-part order=\"1\" name-part-type=\"given-name\"><value>Anna</value><spelling-variant lang=\"rus\" \
         script=\"CYRL\">Анна</spelling-variant></name-part></name><name name-type=\"alias\" quality=\"low\"><name-part \
         order=\"1\"><value>Swift</value></name-part></name><day-month-year day=\"30\" month=\"8\" year=\"1954\"/><nationality>\
         <country iso-code=\"BY\">Belarus</country></nationality><address place-id=\"7\"/></identity></individual></target>\
         <place ssid=\"7\"><location>Basra</location><country iso-code=\"IQ\">Iraq</country></place></swiss-sanctions-list>",
    )]);
    assert_eq!(swiss.rejected, []);
    assert_eq!(
        entries(&swiss),
        [
            "CH-SECO | 100 | Anna Tern |  | Анна Крачка | Swift | BY;IQ | 1954-08-30 |  | Person | Belarus | 2022-03-16"
        ]
    );
    let elsewhere =
        swiss.entries.iter().map(|(entry, _)| (entry.countries.to_string(), &*entry.city));
    assert_eq!(elsewhere.collect::<Vec<_>>(), [("BY;IQ".to_owned(), "Basra")]);
    assert_eq!(swiss.events.len(), 1, "it was taken off");
    assert_eq!(swiss.events[0].span.from.to_string(), "2024-01-02");

    let canada = read_of(&[(
        "sema.xml",
        "<data-set><record><Country-Pays>Russia / Russie</Country-Pays><EntityOrShip-EntiteOuNavire>Zubrin Trading\
         </EntityOrShip-EntiteOuNavire><Schedule-Annexe>1, Part 2</Schedule-Annexe><Item-NumeroDarticle>7</Item-NumeroDarticle>\
         <DateOfListing-DateDinscription>2022-02-24</DateOfListing-DateDinscription><Aliases-Alias>ZT; Zubrin</Aliases-Alias></record>\
         <record><Country>Belarus / Bélarus</Country><GivenName>Anna</GivenName><LastName>Tern</LastName><Schedule>1</Schedule>\
         <Item>8</Item><DateOfBirthOrShipBuildDate>1962</DateOfBirthOrShipBuildDate></record></data-set>",
    )]);
    assert_eq!(
        entries(&canada),
        [
            "CA-SEMA | Russia 1, Part 2 7 | Zubrin Trading |  | ZT; Zubrin |  |  |  |  | Company | Russia | 2022-02-24",
            "CA-SEMA | Belarus 1 8 | Anna Tern |  |  |  |  | 1962 |  | Person | Belarus | ",
        ]
    );
}

#[test]
fn lists_put_together_by_others_are_read() {
    let header = "source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,alt_names,\
                  citizenships,dates_of_birth,nationalities,ids,license_requirement\n";
    let csl = read_of(&[(
        "csl.csv",
        &format!(
            "{header}Entity List (EL) - Bureau of Industry and Security,,,,Zubrin Trading,,\"1 Road, Tehran, IR; 2 Road, Dubai, AE\",\
             80 FR 1,2015-11-12,,ZT; Zubrin,,,,,All items\nDenied Persons List (DPL) - Bureau of Industry and Security,,,,J. Doe,,,,\
             2017-10-16,2020-10-13,,,,,,\nSpecially Designated Nationals (SDN) - Treasury Department,77,Individual,SDGT,Jane \
             ROE,,,,,,,IQ,1962,,\"IQ, A123456, Passport\",\nSome Other List,,,,X,,,,,,,,,,,\n"
        ),
    )]);
    assert_eq!(
        entries(&csl),
        [
            "US-ENTITY | 2 | Zubrin Trading |  | ZT; Zubrin |  | AE;IR |  |  | Unknown |  | 2015-11-12",
            "US-DPL | 3 | J. Doe |  |  |  |  |  |  | Unknown |  | 2017-10-16",
            "US-SDN | 77 | Jane ROE |  |  |  | IQ | 1962 | passport-iq:A123456 | Person | SDGT | ",
        ]
    );
    assert_eq!(csl.events[0].span.from.to_string(), "2020-10-14", "the last day counts");
    assert!(
        csl.rejected[0].reason.contains("Some Other List"),
        "a source that is not known is told"
    );
    let json = read_of(&[(
        "csl.json",
        "{\"total\": 1, \"results\": [\n{\"id\": \"a\", \"source\": \"Entity List (EL) - Bureau of Industry and Security\", \"name\": \
         \"Zubrin Trading\", \"alt_names\": [\"ZT\", \"Zubrin\"], \"start_date\": \"2015-11-12\", \"source_list_url\": \"x\", \
         \"addresses\": [{\"city\": \"Tehran\", \"country\": \"IR\"}, {\"country\": \"AE\"}], \"ids\": []}]}",
    )]);
    assert_eq!(entries(&json), [entries(&csl)[0].replace(" | 2 | ", " | a | ")]);
    let dpl = read_of(&[(
        "dpl.txt",
        "\"Name\"\t\"Street_Address\"\t\"City\"\t\"Country\"\t\"Effective_Date\"\t\"Expiration_Date\"\t\"Action\"\t\"FR_Citation\"\n\
         \" J. DOE\"\t\"\"\t\"TERN\"\t\"US\"\t\"06/19/2003\"\t\"06/29/2056\"\t\"X\"\t\"68 F.R. 1\"\n",
    )]);
    assert_eq!(
        entries(&dpl),
        ["US-DPL | 2 | J. DOE |  |  |  | US |  |  | Unknown |  | 2003-06-19"]
    );
    assert_eq!(dpl.events[0].span.from.to_string(), "2056-06-30", "the last day counts");
    let ftm = read_of(&[(
        "entities.ftm.json",
        "{\"id\":\"a\",\"caption\":\"Zubrin Trading\",\"schema\":\"Company\",\"properties\":{\"name\":[\"Zubrin Trading\",\"Зубрин\"],\
         \"topics\":[\"sanction\"],\"country\":[\"ru\"],\"innCode\":[\"7712345678\"],\"weakAlias\":[\"ZT\"]},\"datasets\":\
         [\"eu_fsf\",\"us_ofac_sdn\"],\"last_seen\":\"2026-06-01T10:57:03\"}\n{\"id\":\"b\",\"schema\":\"Address\",\"properties\":{}}\n\
         {\"id\":\"c\",\"schema\":\"Person\",\"caption\":\"X\",\"properties\":{\"topics\":[\"role.pep\"]},\"datasets\":[\"x\"]}\nnothing\n",
    )]);
    assert_eq!(
        entries(&ftm),
        [
            "EU-FSF | a | Zubrin Trading |  | Зубрин | ZT | RU |  | ftm:a;tax-ru:7712345678 | Company |  | ",
            "US-SDN | a | Zubrin Trading |  | Зубрин | ZT | RU |  | ftm:a;tax-ru:7712345678 | Company |  | ",
        ]
    );
    assert_eq!((ftm.rejected.len(), ftm.rejected[0].line), (1, 4));
    let targets = read_of(&[(
        "targets.simple.csv",
        "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,dataset,last_seen\n\
         a,Person,Anna Tern,A. Tern;Анна,1962,ru;by,,,,EU Financial Sanctions Files (FSF),2026-06-01\n",
    )]);
    assert_eq!(
        entries(&targets),
        ["EU-FSF | a | Anna Tern |  | A. Tern; Анна |  | BY;RU | 1962 |  | Person |  | "]
    );
    let senzing = read_of(&[(
        "senzing.json",
        "[{\"DATA_SOURCE\": \"WATCH\", \"RECORD_ID\": \"1\", \"RECORD_TYPE\": \"ORGANIZATION\", \"NAMES\": [{\"NAME_TYPE\": \
         \"PRIMARY\", \"NAME_ORG\": \"Zubrin Trading\"}, {\"NAME_ORG\": \"ZT\"}], \"TAX_ID_NUMBER\": \"12-3456\", \"TAX_ID_COUNTRY\": \
         \"US\", \"ADDR_COUNTRY\": \"US\"}, {\"DATA_SOURCE\": \"WATCH\"}]",
    )]);
    assert_eq!(
        entries(&senzing),
        ["WATCH | 1 | Zubrin Trading |  | ZT |  | US |  | tax-us:123456 | Company |  | "]
    );
    assert_eq!(senzing.rejected.len(), 1, "a record without a name");
    let dod = read_of(&[(
        "1260h.csv",
        "Name,Clean Name,Alias,Previous Name,Parent Name,Note,Start date,End date,Source Url\n\
         Tern Optics (TO)*,Tern Optics,TO,Old Tern; OT,Tern Group,,2024-01-31,2025-01-07,\n",
    )]);
    assert_eq!(
        entries(&dod),
        [
            "US-1260H | 2 | Tern Optics |  | Tern Optics (TO); TO; Old Tern; OT |  |  |  |  | Company |  | 2024-01-31"
        ]
    );
    assert_eq!((dod.linked.len(), dod.events.len()), (1, 1));
}

#[test]
fn what_would_grow_without_end_or_breaks_off_is_refused() {
    let deep = format!("<CONSOLIDATED_LIST>{}", "<a>".repeat(100_000));
    let many = format!("<CONSOLIDATED_LIST><ENTITY>{}", "<a/>".repeat(200_000));
    let entity = "<!DOCTYPE x [<!ENTITY a \"b\">]><CONSOLIDATED_LIST><ENTITY><FIRST_NAME>&a;</FIRST_NAME></ENTITY></CONSOLIDATED_LIST>";
    let long = format!("<CONSOLIDATED_LIST><ENTITY><FIRST_NAME>{}", "x".repeat(100 << 20));
    let quote = format!("id,schema,name,aliases\na,Person,\"{}", "x\n".repeat(20 << 20));
    let json = format!("{{\"schema\": 1, \"properties\": \"{}", "x".repeat(100 << 20));
    let commas = format!("id,schema,name,aliases\n{}", ",".repeat(1 << 20));
    let cut = "id,schema,name,aliases\na,Person,Tern,\nb,Person,\"Gu";
    for (name, text, told) in [
        ("deep.xml", deep.as_str(), "nested more than"),
        ("many.xml", &many, "elements, as no list has"),
        ("entity.xml", entity, "document type"),
        ("long.xml", &long, "more than 4 MB"),
        ("quote.csv", &quote, "more than 4 MB"),
        ("long.json", &json, "more than 4 MB"),
        ("commas.csv", &commas, "10000 fields"),
        ("cut.csv", cut, "ends within a quote"),
        (
            "cut.xml",
            "<CONSOLIDATED_LIST><ENTITY><FIRST_NAME>Tern</FIRST_NAME></ENTITY>",
            "breaks off",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let lists = vec![path.display().to_string()];
        let refused = read(&Inputs { lists, ..Inputs::default() }).unwrap_err().to_string();
        assert!(refused.contains(told), "{name}: {refused}");
    }
    let packed = |folder: &Path| {
        use std::io::Write;
        let path = folder.join("bomb.xml.gz");
        let mut packer = flate2::write::GzEncoder::new(
            std::fs::File::create(&path).unwrap(),
            flate2::Compression::best(),
        );
        let blank = b"<a/>".repeat(1 << 18);
        packer.write_all(b"<CONSOLIDATED_LIST>").unwrap();
        (0..200).for_each(|_| packer.write_all(&blank).unwrap());
        packer.finish().unwrap();
        path.display().to_string()
    };
    let folder = tempfile::tempdir().unwrap();
    let lists = vec![packed(folder.path())];
    let refused = read(&Inputs { lists, ..Inputs::default() }).unwrap_err().to_string();
    assert!(refused.contains("unpacks to over 300 times"), "{refused}");
}

#[test]
fn entries_of_two_lists_are_one_by_identifier_and_never_by_name_alone() {
    let passport = |number: &str| {
        format!(
            "<sdnList><sdnEntry><uid>7</uid><firstName>Jane</firstName><lastName>DOE</lastName><sdnType>Individual</sdnType>\
             <programList><program>SDGT</program></programList><idList><id><idType>Passport</idType><idNumber>{number}</idNumber>\
             <idCountry>Iraq</idCountry></id></idList><nationalityList><nationality><country>Iraq</country></nationality>\
             </nationalityList></sdnEntry></sdnList>"
        )
    };
    let un = |name: &str, country: &str| {
        format!(
            "<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>{name}</FIRST_NAME><REFERENCE_NUMBER>X.1</REFERENCE_NUMBER><NATIONALITY><VALUE>\
             {country}</VALUE></NATIONALITY><INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>A12 345</NUMBER>\
             <ISSUING_COUNTRY>Iraq</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT></INDIVIDUAL></CONSOLIDATED_LIST>"
        )
    };
    let entities = |files: &[(&str, &str)]| {
        let snapshot = parentage::snapshot::Snapshot::build(read_of(files));
        (snapshot.entity_count(), snapshot.entries().len())
    };
    let same = [("sdn.xml", &*passport("A12345")), ("un.xml", &*un("Another Name", "Iraq"))];
    assert_eq!(entities(&same), (1, 2), "one by passport, whatever the names");
    let born = |year: u32| {
        passport(&format!("P{year}0")).replace("<nationalityList>", &format!(
            "<dateOfBirthList><dateOfBirthItem><dateOfBirth>{year}</dateOfBirth></dateOfBirthItem></dateOfBirthList><nationalityList>"
        )).replace("<uid>7", &format!("<uid>{year}"))
    };
    assert_eq!(
        entities(&[("sdn.xml", &born(1962)), ("sdn2.xml", &born(1985))]),
        (2, 2),
        "other births"
    );
    let others = [("sdn.xml", &*passport("B99999")), ("un.xml", &*un("Jane DOE", "Kenya"))];
    assert_eq!(entities(&others), (2, 2), "another country");
    let company = "<CONSOLIDATED_LIST><ENTITY><FIRST_NAME>DOE, Jane</FIRST_NAME></ENTITY></CONSOLIDATED_LIST>";
    assert_eq!(entities(&[("sdn.xml", &passport("C1")), ("un.xml", company)]), (2, 2), "a company");
    let ship = "<sdnList><sdnEntry><uid>8</uid><lastName>DOE, Jane</lastName><sdnType>Vessel</sdnType><programList><program>SDGT\
                </program></programList></sdnEntry></sdnList>";
    assert_eq!(entities(&[("sdn.xml", ship), ("un.xml", company)]), (2, 2), "a ship");
}

#[test]
fn a_spreadsheet_of_open_document_is_read_like_its_csv() {
    let rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_path("tests/corpus/uk.csv")
        .unwrap()
        .into_records();
    let cells = |row: csv::StringRecord| {
        let cell = |text: &str| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            format!("<t:table-cell><x:p>{text}</x:p></t:table-cell>")
        };
        row.iter().map(cell).collect::<String>()
    };
    let rows = rows.map(|row| format!("<t:table-row>{}</t:table-row>", cells(row.unwrap())));
    let content =
        format!("<o:document><t:table>{}</t:table></o:document>", rows.collect::<String>());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.ods");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, text) in
        [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)]
    {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    let (sheet, text) = (read_path(&path), read_path(Path::new("tests/corpus/uk.csv")));
    assert_eq!(entries(&sheet), entries(&text));
    assert!(!sheet.entries.is_empty());
    assert_eq!(sheet.entries[0].0.place.record, text.entries[0].0.place.record);
}

#[test]
fn a_list_of_ones_own_is_read_by_a_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "map.toml",
        "list = \"HOUSE\"\ntitle = \"House list\"\nrestriction = \"other\"\nseparator = \"/\"\nmonth_first = true\n[columns]\nname = \
         \"Company\"\naliases = [\"Alias 1\", \"Alias 2\"]\ncountry = \"Land\"\nkind = \"Type\"\npublished = \"Since\"\nlast_day = \
         \"Till\"\n[identifiers]\n\"Tax No\" = \"tax-us\"\n[kinds]\nP = \"person\"\n",
    );
    write(
        "house.csv",
        "Company;Alias 1;Alias 2;Land;Type;Since;Till;Tax No;Note\nZubrin Trading;ZT/Zubrin;Zub;IR/Syria;company;05/31/2024;06/30/2026;12-3;x\n\
         Anna Tern;;;;P;05/01/2024;;;\nTern;;;;bird;;;;\nGull;;;;;31.31.2024;;;\n",
    );
    let lists = vec![path("house.csv")];
    let inputs = Inputs { lists: lists.clone(), maps: vec![path("map.toml")], ..Inputs::default() };
    let records = read(&inputs).unwrap();
    assert_eq!(
        entries(&records),
        [
            "HOUSE | 2 | Zubrin Trading |  | ZT; Zubrin; Zub |  | IR;SY |  | tax-us:123 | Company |  | 2024-05-31",
            "HOUSE | 3 | Anna Tern |  |  |  |  |  |  | Person |  | 2024-05-01",
        ]
    );
    assert_eq!(records.events[0].span.from.to_string(), "2026-07-01", "the last day counts");
    let reasons: Vec<&str> = records.rejected.iter().map(|one| one.reason.as_str()).collect();
    assert!(reasons[0].contains("`bird`") && reasons[1].contains("`31.31.2024`"), "{reasons:?}");

    let shown = crate::command::parentage(&[
        "build",
        "--lists",
        &lists[0],
        "--map",
        &path("map.toml"),
        "--dry-run",
    ]);
    assert_eq!(shown.status, 3, "{}", shown.err);
    assert!(shown.out.contains("house.csv: 4 rows, 2 rejected"), "{}", shown.out);
    assert!(shown.out.contains("identifiers   tax-us:123"), "{}", shown.out);
}

#[test]
fn a_list_that_shrank_is_refused_and_totals_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, count: usize| {
        let rows: String = (0..count).map(|number| format!("X,Zubrin {number}\n")).collect();
        std::fs::write(folder.path().join(name), format!("list,name\n{rows}X,?\n")).unwrap();
    };
    write("then.csv", 20);
    write("now.csv", 17);
    let build = |more: &[&str]| crate::command::parentage(&[&["build", "--quiet"], more].concat());
    let (then, now, totals) = (path("then.csv"), path("now.csv"), path("totals.json"));
    let snapshot = path("then.snapshot");
    assert_eq!(build(&["--lists", &then, "--out", &snapshot]).status, 3);
    let refused = build(&["--lists", &now, "--previous", &snapshot]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("X had 20 entries and has 17"), "{}", refused.err);
    let allowed = ["--lists", &now, "--previous", &snapshot, "--allow-shrink", "--totals", &totals];
    assert_eq!(build(&allowed).status, 3);
    let text = std::fs::read_to_string(&totals).unwrap();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let own = all.as_array().unwrap().iter().find(|one| one["file"] == "now.csv").unwrap();
    assert_eq!(
        (&own["records"], &own["accepted"], &own["rejected"]),
        (&18.into(), &17.into(), &1.into())
    );
    assert_eq!(own["rejected_by_reason"]["`...` has no letter or digit"], 1);
    assert_eq!((&own["by_list"]["X"], &own["by_kind"]["company"]), (&17.into(), &17.into()));
}

/// A file of `../shared/data`; `None` where it is not here.
fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    if !path.exists() {
        skipped();
        return None;
    }
    Some(path)
}

/// How often a text stands in a file.
fn count(path: &Path, text: &str) -> usize {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
}

/// The number of entries, of all aliases and of all identifiers.
fn totals(records: &Records) -> (usize, usize, usize) {
    let all = || records.entries.iter().map(|(entry, _)| entry);
    let aliases = all().map(|entry| entry.aliases.len() + entry.weak_aliases.len()).sum();
    (all().count(), aliases, all().map(|entry| entry.identifiers.all().len()).sum())
}

#[test]
fn every_entry_and_alias_of_real_lists_is_there() {
    for file in ["un/UN_consolidated.xml", "un/sample_unsc.xml"] {
        let Some(path) = shared(file) else { return };
        let records = read_path(&path);
        assert_eq!(records.rejected, [], "{file}");
        let elements = count(&path, "<INDIVIDUAL>") + count(&path, "<ENTITY>");
        assert_eq!(totals(&records).0, elements, "{file}");
        // Every alias, by reading the text between its tags; the same name twice in one entry is one.
        let text = std::fs::read_to_string(&path).unwrap();
        let known: std::collections::BTreeSet<String> = records
            .entries
            .iter()
            .flat_map(|(entry, _)| {
                entry.aliases.iter().chain(&entry.weak_aliases).chain([&entry.name])
            })
            .cloned()
            .collect();
        let written =
            text.split("<ALIAS_NAME>").skip(1).filter_map(|rest| rest.split_once("</ALIAS_NAME>"));
        for (alias, _) in written {
            let alias = alias.replace("&amp;", "&").replace("&apos;", "'").replace("&quot;", "\"");
            for one in alias.split(';') {
                let one = one.split_whitespace().collect::<Vec<_>>().join(" ");
                let says = one.chars().any(char::is_alphanumeric);
                assert!(!says || known.contains(&one), "{file}: {one}");
            }
        }
    }
    let Some(ofac) = shared("ofac") else { return };
    let folder = tempfile::tempdir().unwrap();
    for item in std::fs::read_dir(&ofac).unwrap() {
        let path = item.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let records = read_path(folder.path());
    // Names and addresses of nine entries that this day's `sdn.csv` has no more.
    assert_eq!(records.rejected.len(), 1, "{:?}", records.rejected);
    let rows = |file: &str| -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_path(ofac.join(file))
            .unwrap();
        reader.records().map(Result::unwrap).filter(|row| row.len() > 1).collect()
    };
    let primary = [rows("sdn.csv"), rows("cons_prim.csv")].concat();
    let known: std::collections::BTreeSet<&str> =
        records.entries.iter().map(|(entry, _)| entry.entry.as_str()).collect();
    let written: std::collections::BTreeSet<&str> = primary.iter().map(|row| &row[0]).collect();
    assert_eq!(known, written);
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (entry, _) in &records.entries {
        let all = entry.aliases.iter().chain(&entry.weak_aliases).chain([&entry.name]).cloned();
        names.entry(entry.entry.clone()).or_default().extend(all);
    }
    let mut aliases = 0;
    for row in [rows("alt.csv"), rows("cons_alt.csv")].concat() {
        let name = row[3].split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(known) = names.get(&row[0]) {
            assert!(known.contains(&name), "{row:?}");
            aliases += 1;
        }
    }
    assert!(aliases > 10_000, "{aliases}");
    let passports = primary.iter().map(|row| row[11].matches("Passport ").count()).sum::<usize>();
    let read = records.entries.iter().flat_map(|(entry, _)| entry.identifiers.all());
    let read = read.filter(|one| one.starts_with("passport")).count();
    // A few have no number, or one that is too short to be nobody else's, or stand twice in an entry.
    assert!(read * 100 >= passports * 97 && read <= passports, "{read} of {passports}");
}

/// Every name of OFAC's lists against these lists: what a bank would ask first.
#[test]
fn names_of_ofac_are_hits_on_their_own_list() {
    let Some(ofac) = shared("ofac") else { return };
    let folder = tempfile::tempdir().unwrap();
    for file in [
        "sdn.csv",
        "alt.csv",
        "add.csv",
        "sdn_comments.csv",
        "cons_prim.csv",
        "cons_alt.csv",
        "cons_add.csv",
    ] {
        std::fs::copy(ofac.join(file), folder.path().join(file)).unwrap();
    }
    let snapshot = parentage::snapshot::Snapshot::build(read_path(folder.path()));
    let settings = crate::changes::settings(&snapshot, "2026-11-24");
    let screener = parentage::screen::Screener::new(&snapshot, &settings);
    let asked = |entry: &ListEntry| {
        let strong = entry.aliases.iter().chain([&entry.name]).map(|name| (name.clone(), true));
        let weak = entry.weak_aliases.iter().map(|name| (name.clone(), false));
        strong.chain(weak).collect::<Vec<_>>()
    };
    let mut lost: Vec<String> = Vec::new();
    let mut names = 0;
    for (name, strong) in snapshot.entries().iter().flat_map(asked) {
        let answer = screener.screen(&parentage::model::Party::named(name.clone())).answer;
        let found = answer == parentage::screen::Answer::Hit
            || !strong && answer == parentage::screen::Answer::Review;
        if !found {
            lost.push(name);
        }
        names += 1;
    }
    assert!(lost.len() * 1_000 <= names, "{} of {names}: {lost:?}", lost.len());
}

#[test]
fn every_other_list_at_hand_is_read() {
    for (file, rejected, elements) in [
        ("ofac/sdn.xml", 1, "<sdnEntry>"),
        ("eu/sample_eu.xml", 0, "<sanctionEntity "),
        ("csl/csl.csv", 0, ""),
        ("csl/csl_us_consolidated_sample.csv", 0, ""),
        ("csl/dpl.txt", 0, ""),
        ("opensanctions/us_dod_chinese_milcorps_sanctions.csv", 0, ""),
        ("senzing_organizations.json", 0, "\"RECORD_ID\""),
    ] {
        let Some(path) = shared(file) else { return };
        let records = read_path(&path);
        assert_eq!(records.rejected.len(), rejected, "{file}: {:?}", records.rejected);
        let expected = if elements.is_empty() {
            let delimiter = if file.ends_with("txt") { b'\t' } else { b',' };
            let mut reader =
                csv::ReaderBuilder::new().delimiter(delimiter).from_path(&path).unwrap();
            reader.byte_records().map(Result::unwrap).count()
        } else {
            count(&path, elements)
        };
        assert_eq!(records.entries.len(), expected, "{file}");
    }
    let Some(path) = shared("uk-hmt/sample_hmt.csv") else { return };
    let records = read_path(&path);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).unwrap();
    let ids = reader.records().map(Result::unwrap).skip(2);
    let ids: std::collections::BTreeSet<String> =
        ids.map(|row| row[row.len() - 1].to_owned()).collect();
    assert_eq!((records.rejected.len(), records.entries.len()), (0, ids.len()));
}

/// The aliases of the one entry that is read, strong and weak.
fn names_of(records: &Records) -> (String, Vec<String>, Vec<String>) {
    assert_eq!(records.rejected, []);
    let (entry, _) = &records.entries[0];
    (entry.name.clone(), entry.aliases.clone(), entry.weak_aliases.clone())
}

#[test]
fn no_name_is_lost_or_made_stronger_by_the_order_of_rows() {
    let header = "Last Updated,Unique ID,Name 6,Name type,Alias strength,Name non-latin script,Designation Type";
    let uk = |rows: &str| {
        let text = format!("Report Date: 30-May-2026,,,\n{header}\n{rows}");
        names_of(&read_of(&[("uk.csv", &text)]))
    };
    let text = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<String>>();
    let (name, strong, weak) = uk(
        ",A1,Zubrin,Alias,Low quality a.k.a,,Entity\n,A1,Zubrin,Primary Name,,,Entity\n,A1,Gull,Alias,Low quality a.k.a,,Entity\n\
         ,A1,Gull,Alias,Good quality a.k.a,,Entity\n,A1,Tern,Alias,Low quality a.k.a,,Entity\n",
    );
    assert_eq!((&*name, strong, weak), ("Zubrin", text(&["Gull"]), text(&["Tern"])));
    assert_eq!(uk(",A2,Tern,Alias,Low quality a.k.a,,Entity\n").0, "Tern");
    assert_eq!(uk(",A3,,,,Одинокий Ветер,Entity\n").0, "Одинокий Ветер");
    let ofsi = read_of(&[(
        "ofsi.csv",
        "Last Updated,27/04/2020\nName 6,Name Non-Latin Script,Group Type,Alias Type,Alias Quality,Group ID,Title\n\
         Swift,,Entity,AKA,Low,7,\nZubrin,Зубрин,Entity,Primary name,,7,Doctor\nZubrin Two,Крачка,Entity,AKA,,7,\n",
    )]);
    let (name, strong, weak) = names_of(&ofsi);
    assert_eq!(
        (&*name, strong, weak),
        ("Zubrin", text(&["Zubrin Two", "Крачка"]), text(&["Swift"]))
    );
    assert_eq!(ofsi.entries[0].0.remarks, "title: Doctor");
    let eu = "fileGenerationDate;Entity_LogicalId;Entity_SubjectType;NameAlias_WholeName;NameAlias_Strong;NameAlias_Title\n\
              2026-04-15;9;E;Swift;false;\n2026-04-15;9;E;Zubrin;;Doctor\n";
    let eu = read_of(&[("eu.csv", eu)]);
    let (name, strong, weak) = names_of(&eu);
    assert_eq!((&*name, strong, weak), ("Zubrin", text(&[]), text(&["Swift"])));
    assert_eq!(eu.entries[0].0.remarks, "namealias_title: Doctor");
    let canada = read_of(&[(
        "sema.xml",
        "<data-set><record><Country>Russia</Country><EntityOrShip>Zubrin</EntityOrShip><Aliases>Zubrin Trading, Tern, \
         Ltd</Aliases><ShipIMONumber>Gull Queen</ShipIMONumber></record></data-set>",
    )]);
    let expected = text(&["Zubrin Trading, Tern, Ltd", "Zubrin Trading", "Gull Queen"]);
    assert_eq!(names_of(&canada).1, expected);
    let senzing = "{\"DATA_SOURCE\":\"H\",\"AKA_NAME_ORG\":\"Gull\",\"PRIMARY_NAME_ORG\":\"Zubrin\",\"OTHER_ID_TYPE\":\"IMO\",\
                   \"OTHER_ID_NUMBER\":\"9187629\"}\n";
    let senzing = read_of(&[("s.json", senzing)]);
    assert_eq!(names_of(&senzing).0, "Zubrin");
    assert_eq!(senzing.entries[0].0.identifiers.to_string(), "imo:9187629");
}

#[test]
fn identifiers_births_and_links_come_over_however_they_are_written() {
    let csl = read_of(&[(
        "csl.csv",
        "source,entity_number,type,name,alt_names,ids,remarks\n\
         Specially Designated Nationals,1,Vessel,TERN,,\"IMO 9187629, Vessel Registration Identification\",\n\
         Specially Designated Nationals,2,Entity,GULL,,\"GAZPRUMM, SWIFT/BIC; 1027700167110, Registration ID\",(Linked To: PELICAN (TWO) CO)\n\
         Specially Designated Nationals,3,Individual,SWIFT,,\"Passport, 752222333, RU, 2010-01-01, 2020-01-01\",\n",
    )]);
    let identifiers = |at: usize| csl.entries[at].0.identifiers.to_string();
    assert_eq!(identifiers(0), "imo:9187629");
    assert_eq!(identifiers(1), "reg:1027700167110;swift:GAZPRUMM");
    assert_eq!(identifiers(2), "passport-ru:752222333");
    assert_eq!(
        csl.linked.iter().map(|(_, name)| &**name).collect::<Vec<_>>(),
        ["PELICAN (TWO) CO"]
    );
    let un = read_of(&[(
        "un.xml",
        "<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>Tern</FIRST_NAME><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY\
         </TYPE_OF_DATE><DATE>1962-07-01</DATE></INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_ALIAS><ALIAS_NAME>Gull</ALIAS_NAME>\
         <DATE_OF_BIRTH>1970</DATE_OF_BIRTH></INDIVIDUAL_ALIAS></INDIVIDUAL></CONSOLIDATED_LIST>",
    )]);
    assert_eq!(un.entries[0].0.birth_date, "1961;1962;1963;1970");
    let ftm = "{\"id\":\"a\",\"schema\":\"Company\",\"properties\":{\"name\":[\"Zubrin\"],\"topics\":[\"export.control\"],\
               \"programId\":[\"US-BIS-EL\"],\"innCode\":[\"7712345678\"],\"country\":[\"ru\",\"cy\"]},\
               \"datasets\":[\"us_trade_csl\"]}\n";
    let ftm = read_of(&[("a.ftm.json", ftm)]);
    let (entry, _) = &ftm.entries[0];
    assert_eq!(
        (&*entry.list, &*entry.identifiers.to_string()),
        ("US-ENTITY", "ftm:a;tax-ru:7712345678")
    );
}

#[test]
fn what_a_file_is_its_content_says_and_lines_are_those_of_the_file() {
    let designated = "11,\"ZUBRIN\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\r\n\
                      12,\"GULL\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"two\r\nlines\"\r\n\
                      13,\"TERN\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ";
    let records = read_of(&[("cons_prim.csv", designated)]);
    let at: Vec<_> =
        records.entries.iter().map(|(one, _)| (&*one.list, one.place.record)).collect();
    assert_eq!(at, [("US-SDN", 1), ("US-SDN", 3), ("US-SDN", 5)]);
    let cut =
        "{\"DATA_SOURCE\":\"H\",\"NAME_ORG\":\"Gull\"}\n{\"DATA_SOURCE\":\"H\",\"NAME_ORG\":\"Tern";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    std::fs::write(&path, cut).unwrap();
    let lists = vec![path.display().to_string()];
    let refused = read(&Inputs { lists, ..Inputs::default() }).unwrap_err().to_string();
    assert!(refused.contains("breaks off"), "{refused}");
    // All records on one line, of more than a record may have.
    let record = |at: usize| {
        let long = "x".repeat(1000);
        format!(
            "{{\"source\":\"Entity List (EL)\",\"name\":\"Zubrin {at}\",\"remarks\":\"{long}\"}}"
        )
    };
    let all: Vec<String> = (0..5_000).map(record).collect();
    let text = format!("{{\"total\":5000,\"results\":[{}]}}", all.join(","));
    assert_eq!(read_of(&[("csl.json", &text)]).entries.len(), 5_000);
}

#[expect(clippy::print_stdout, reason = "a test that needs files that are not here says so")]
fn skipped() {
    println!("skipped: ../shared is not here");
}

/// What is recognised and read of one file.
fn of_file(name: &str, text: &str) -> Records {
    read_of(&[(name, text)])
}

#[test]
fn values_one_after_the_other_are_all_read_and_a_page_that_is_not_all_is_told() {
    let one = |id: u32, name: &str| {
        format!(
            "{{\n  \"DATA_SOURCE\": \"HOUSE\",\n  \"RECORD_ID\": \"{id}\",\n  \"NAME_ORG\": \"{name}\"\n}}\n"
        )
    };
    let pretty = one(1, "Alpha Kestrel") + &one(2, "Bravo Osprey");
    assert_eq!(of_file("a.json", &pretty).entries.len(), 2);
    let lists = format!("[{}]\n[{}]\n", one(1, "Alpha Kestrel"), one(2, "Bravo Osprey"));
    assert_eq!(of_file("a.json", &lists).entries.len(), 2);
    let page = "{\"total\":3,\"offset\":0,\"results\":[{\"id\":\"1\",\"source\":\"Entity List (EL) - Bureau of Industry and \
                Security\",\"name\":\"Alpha Kestrel\"}]}";
    let records = of_file("csl.json", page);
    assert_eq!((records.entries.len(), records.rejected.len()), (1, 1));
    assert!(records.rejected[0].reason.contains("says that it has 3 records"));
}

/// A number is read whole, with the letters that stand apart; several are several; what is none is a remark; and one
/// that is written in another way is the same.
#[test]
fn numbers_are_read_whole_or_kept_as_remarks() {
    let sdn = |number: u32, name: &str, remarks: &str| {
        format!(
            "{number},\"{name}\",\"individual\",\"SDGT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"{remarks}\"\n"
        )
    };
    let text = sdn(1, "BENALI, Karim", "Passport F 879567 (Morocco).")
        + &sdn(2, "ZIANI, Omar", "Passport G 879567 (Morocco).");
    let records = of_file("sdn.csv", &text);
    let ids = |records: &Records| -> Vec<String> {
        records.entries.iter().map(|(entry, _)| entry.identifiers.to_string()).collect()
    };
    assert_eq!(ids(&records), ["passport-ma:F879567", "passport-ma:G879567"]);
    let uscc = "1,\"KESTREL CN\",-0- ,\"SDGT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Unified Social Credit Code (USCC) 91110000100000111X (China).\"\n";
    let listed = ids(&of_file("sdn.csv", uscc));
    for (written, twin) in [
        ("uscc:91110000100000111X", "reg-cn:91110000100000111X"),
        ("gb-coh:1234567", "reg-gb:01234567"),
        ("tax-us:12-3456789", "tax-us:123456789"),
    ] {
        let own = parentage::model::Identifiers::parse(written);
        assert!(own.meet(&parentage::model::Identifiers::parse(twin)), "{written}: {own}");
        assert_eq!(parentage::model::Identifiers::parse(&own.to_string()), own);
    }
    assert_eq!(listed, ["reg-cn:91110000100000111X"]);
    let ofsi = "Last Updated,27/04/2020\nName 6,Name 1,Passport Number,Nationality,Group Type,Alias Type,Group ID\n\
                OSPREY,Ivan,(1) A1234567 (2) B7654321,Russia,Individual,Primary name,7\n";
    assert_eq!(ids(&of_file("ofsi.csv", ofsi)), ["passport-ru:A1234567;passport-ru:B7654321"]);
    let eu = "<export xmlns=\"http://eu.europa.ec/fpi/fsd/export\" generationDate=\"2026-02-03T10:00:00.000+01:00\">\
        <sanctionEntity euReferenceNumber=\"EU.1.1\"><subjectType classificationCode=\"P\"/><nameAlias wholeName=\"Ivan Zakarov\" \
        strong=\"1\"/><nameAlias wholeName=\"Weakling\" strong=\"0\"/><birthdate circa=\"1\" year=\"1950\"/><identification \
        identificationTypeCode=\"passport\" number=\"K9876543\" countryIso2Code=\"IR\" knownFalse=\"true\"/></sanctionEntity></export>";
    let records = of_file("eu.xml", eu);
    let entry = &records.entries[0].0;
    assert_eq!(
        (entry.identifiers.to_string(), &*entry.birth_date),
        (String::new(), "1949;1950;1951")
    );
    assert!(entry.remarks.contains("knownFalse"), "{}", entry.remarks);
    assert_eq!(entry.weak_aliases, ["Weakling"]);
}

/// A birth that cannot be read contradicts nobody, and no other that stands beside it does.
#[test]
fn a_birth_that_cannot_be_read_leaves_none() {
    let un = "<CONSOLIDATED_LIST dateGenerated=\"2026-02-27T00:00:09Z\"><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>Oleg</FIRST_NAME>\
        <REFERENCE_NUMBER>QDi.2</REFERENCE_NUMBER><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1960-05-06-04:00\
        </DATE></INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1930</FROM_YEAR>\
        <TO_YEAR>1932</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL><INDIVIDUAL><FIRST_NAME>Igor</FIRST_NAME><REFERENCE_NUMBER>QDi.3\
        </REFERENCE_NUMBER><INDIVIDUAL_DATE_OF_BIRTH><YEAR>1951</YEAR></INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_DATE_OF_BIRTH><DATE>the 3rd of \
        Ramadan 1380</DATE></INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_PLACE_OF_BIRTH><CITY>Perm</CITY><COUNTRY>Russia</COUNTRY>\
        </INDIVIDUAL_PLACE_OF_BIRTH></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>";
    let records = of_file("un.xml", un);
    let births: Vec<&str> =
        records.entries.iter().map(|(entry, _)| entry.birth_date.as_str()).collect();
    assert_eq!(births, ["1960-05-06;1930;1931;1932", ""]);
    let remarks = &records.entries[1].0.remarks;
    let all = ["born 1951", "Ramadan 1380", "born in Perm, Russia"];
    assert!(all.iter().all(|said| remarks.contains(said)), "{remarks}");
}

/// Sanctions of FollowTheMoney say when, why and under which programme, wherever they stand, and tell OFAC's others
/// apart.
#[test]
fn sanctions_of_followthemoney_belong_to_their_entities() {
    let sanction = "{\"id\":\"s1\",\"schema\":\"Sanction\",\"datasets\":[\"us_ofac_cons\"],\"properties\":{\"entity\":[\"k1\"],\
        \"listingDate\":[\"2014-07-16\"],\"program\":[\"UKRAINE-EO13662\"],\"provisions\":[\"Executive Order 13662 Directive \
        Determination - Subject to Directive 1\"]}}\n";
    let entity = "{\"id\":\"k1\",\"schema\":\"Company\",\"datasets\":[\"us_ofac_cons\",\"eu_fsf\"],\"properties\":{\"name\":[\"Kestrel \
        Works\"],\"topics\":[\"sanction\"]}}\n";
    for files in
        [[("a.json", sanction), ("b.json", entity)], [("a.json", entity), ("b.json", sanction)]]
    {
        let records = read_of(&files);
        let mut found: Vec<String> = (records.entries.iter())
            .map(|(entry, _)| {
                format!(
                    "{} {:?} {}",
                    entry.list,
                    entry.published.map(|day| day.to_string()),
                    entry.programmes.join(",")
                )
            })
            .collect();
        found.sort();
        assert_eq!(found, ["EU-FSF None ", "US-SSI Some(\"2014-07-16\") UKRAINE-EO13662"]);
        assert!(records.lists.iter().any(|info| info.list == "US-SSI"));
    }
}

/// Every row of a designation counts, and a day that another change was made on, too, is a day on which it was taken off.
#[test]
fn what_later_rows_and_changes_say_counts() {
    let uk = "Report Date: 28-Jan-2026\nUnique ID,Name 6,Name 1,Name type,Regime Name,Designation Type,Sanctions Imposed,Other Information,\
        Date Designated\nRUS1,KESTREL,Oleg,Primary Name,Russia,Individual,Travel Ban,first,04/03/2022\nRUS1,KESTREL,Oleg,Primary Name,\
        Belarus,Individual,Asset freeze,second,04/03/2022\n";
    let records = of_file("uk.csv", uk);
    let entry = &records.entries[0].0;
    assert_eq!(entry.restriction, Some(parentage::model::Restriction::AssetFreeze));
    assert_eq!(
        (entry.programmes.join(","), &*entry.remarks),
        ("Russia,Belarus".to_owned(), "first; second")
    );
    let sema = "<data-set><record><Country>Russia</Country><LastName>Osprey</LastName><GivenName>Ivan</GivenName><Aliases>Vanya Osprey; \
        Osprey, Vanya</Aliases><Schedule>1</Schedule><Item>1</Item></record></data-set>";
    assert_eq!(of_file("sema.xml", sema).entries[0].0.aliases, ["Vanya Osprey", "Osprey, Vanya"]);
}

/// Sanctions of one entity hold each for itself: one that ended or begins later ends and begins nothing of another, and each
/// of OFAC's others is on its own list.
#[test]
fn sanctions_hold_each_for_itself() {
    let entity = "{\"id\":\"k1\",\"schema\":\"Company\",\"datasets\":[\"us_ofac_cons\"],\"properties\":{\"name\":[\"Kestrel \
        Works\"],\"topics\":[\"sanction\"]}}\n";
    let sanction = |id: u32, more: &str| {
        format!(
            "{{\"id\":\"s{id}\",\"schema\":\"Sanction\",\"datasets\":[\"us_ofac_cons\"],\"properties\":{{\"entity\":[\"k1\"]{more}}}}}\n"
        )
    };
    let told = |text: String| -> Vec<String> {
        let records = of_file("a.json", &text);
        let mut all: Vec<String> = (records.entries.iter())
            .map(|(entry, _)| {
                let ended = records.events.iter().any(|event| event.concerns(entry));
                let published = entry.published.map_or_else(String::new, |day| day.to_string());
                format!("{} {published} {ended}", entry.list)
            })
            .collect();
        all.sort();
        all
    };
    let ssi = ",\"program\":[\"UKRAINE-EO13662\"],\"listingDate\":[\"2014-09-01\"]";
    let cmic = ",\"program\":[\"CMIC-EO13959\"],\"listingDate\":[\"2021-01-01\"]";
    let ended = ",\"endDate\":[\"2022-01-01\"]";
    let both = [entity, &sanction(1, &format!("{ssi}{ended}")), &sanction(2, cmic)].concat();
    assert_eq!(told(both), ["US-CMIC 2021-01-01 false", "US-SSI 2014-09-01 true"]);
    let undated =
        [entity, &sanction(1, ",\"program\":[\"UKRAINE-EO13662\"]"), &sanction(2, ssi)].concat();
    assert_eq!(told(undated), ["US-SSI  false"], "one says no day: it is listed on every day");
}

/// A list without an entry would clear everybody: whoever publishes lists publishes none that is empty.
#[test]
fn a_list_without_entries_is_refused() {
    for (file, text) in [
        ("sdn.xml", "<sdnList><publshInformation/></sdnList>"),
        ("uk.xml", "<Designations><DateGenerated>01/02/2026</DateGenerated></Designations>"),
        ("csl.csv", "_id,source,entity_number,alt_names,name\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        std::fs::write(&path, text).unwrap();
        let lists = vec![path.display().to_string()];
        let refused = read(&Inputs { lists, ..Inputs::default() }).unwrap_err().to_string();
        assert!(refused.contains("has no record"), "{file}: {refused}");
    }
}

/// What stands where a day belongs, and is none, is kept in words.
#[test]
fn days_that_cannot_be_read_are_remarks() {
    let page = "{\"results\": [{\"source\": \"Entity List (EL)\", \"name\": \"Tern\", \"start_date\": \"spring\", \
                \"end_date\": \"2026-13-01\", \"addresses\": [{\"address\": \"1 Quay\", \"city\": \"Tallinn\", \
                \"country\": \"EE\"}]}]}";
    let one = of_file("csl.json", page).entries.remove(0).0;
    assert_eq!(
        one.remarks,
        "start date: spring; end date: 2026-13-01; address: 1 Quay, Tallinn, EE"
    );
    assert_eq!((one.published, one.city.as_str()), (None, "Tallinn"));
    // Pages that stand one a line are one list.
    let pages = of_file("csl.json", &format!("{page}\n{page}\n"));
    assert_eq!((pages.entries.len(), pages.rejected.len()), (2, 0));
}

/// What files of authorities have and excerpts of them do not.
#[test]
fn what_real_files_have_is_read_as_it_is_meant() {
    let eu = |more: &str| {
        let text = format!(
            "<export xmlns=\"http://eu.europa.ec/fpi/fsd/export\" generationDate=\"2026-04-15T00:00:00\"><sanctionEntity \
             euReferenceNumber=\"EU.1.1\" logicalId=\"1\"{more}><regulation regulationType=\"amendment\" publicationDate=\"2016-03-02\" \
             programme=\"TAQA\" numberTitle=\"1\"/><subjectType code=\"person\"/><nameAlias wholeName=\"Tern\" strong=\"true\">\
             <regulationSummary regulationType=\"regulation\" publicationDate=\"2003-05-20\"/></nameAlias></sanctionEntity></export>"
        );
        read_of(&[("eu.xml", &text)]).entries[0].0.published.map(|day| day.to_string())
    };
    // A regulation that amends does not list.
    assert_eq!(eu("").as_deref(), Some("2003-05-20"));
    assert_eq!(eu(" designationDate=\"2004-01-02\"").as_deref(), Some("2004-01-02"));

    let seco = read_of(&[(
        "seco.xml",
        "<swiss-sanctions-list date=\"2026-04-15\"><target ssid=\"1\"><entity><identity ssid=\"2\" main=\"true\"><name ssid=\"3\" \
         name-type=\"primary-name\"><name-part ssid=\"4\" order=\"1\" name-part-type=\"given-name\"><value>Yauhen</value>\
         <spelling-variant lang=\"eng\" script=\"LATN\">Evgeniy</spelling-variant></name-part><name-part ssid=\"5\" order=\"2\" \
         name-part-type=\"family-name\"><value>Khvastsou</value><spelling-variant lang=\"eng\" script=\"LATN\">Khvostov\
         </spelling-variant></name-part></name><address ssid=\"6\" place-id=\"7\"/></identity><other-information>Date of \
         registration: 12 March 2008; SWIFT/BIC: EPSISYDA, all offices worldwide.</other-information></entity><modification \
         modification-type=\"amended\" publication-date=\"2020-01-01\"><removed><address ssid=\"8\" place-id=\"9\"/></removed>\
         </modification></target><place ssid=\"7\"><location>Damascus</location><country iso-code=\"SY\"/></place><place \
         ssid=\"9\"><location>Zurich</location><country iso-code=\"CH\"/></place></swiss-sanctions-list>",
    )]);
    let (entry, _) = &seco.entries[0];
    assert_eq!(entry.identifiers.to_string(), "swift:EPSISYDA");
    assert_eq!((entry.countries.to_string(), &*entry.city), ("SY".to_owned(), "Damascus"));
    for name in ["Evgeniy Khvastsou", "Yauhen Khvostov", "Evgeniy Khvostov"] {
        assert!(entry.aliases.iter().any(|own| own == name), "{:?}", entry.aliases);
    }

    let canada = read_of(&[(
        "sema.xml",
        "<data-set><record><Country>Russia</Country><Entity>AI Alliance Russia</Entity><Aliases>Alliance, Альянс</Aliases></record>\
         </data-set>",
    )]);
    assert_eq!(names_of(&canada).1, ["Alliance, Альянс", "Alliance", "Альянс"]);

    let header = "Last Updated,Unique ID,Name 6,Name type,Nationality(/ies),Business registration number (s),Designation Type";
    let row = "1,RUS1,Tern,Primary Name,Congo,\"INN: 7707083893, KPP: 770701001\",Entity";
    let uk = read_of(&[("uk.csv", &format!("Report Date: 30-May-2026,,,\n{header}\n{row}\n"))]);
    let (entry, _) = &uk.entries[0];
    assert_eq!(entry.countries.to_string(), "CG");
    assert_eq!(entry.identifiers.to_string(), "tax-cg:7707083893");
    assert!(entry.remarks.contains("KPP"), "{}", entry.remarks);
}
