use std::io::Write;

use super::*;

/// A file of some bytes.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

fn of(encoding: &str) -> TableOptions {
    TableOptions { encoding: Encoding::parse(encoding), ..TableOptions::default() }
}

/// The columns and rows of a file, each row with its line and what is wrong with it.
fn read(name: &str, bytes: &[u8], options: &TableOptions) -> Result<Vec<String>, String> {
    let (_folder, path) = file(name, bytes);
    let mut table = Table::open(&path, options, "name").map_err(|error| error.to_string())?;
    let mut rows = vec![table.header.names().join("|")];
    while let Some(row) = table.next() {
        let faults: Vec<String> =
            row.faults.iter().map(|fault| format!("{:?} {}", fault.column, fault.reason)).collect();
        rows.push(
            format!("{} {} {}", row.line, row.fields.join("|"), faults.join("; "))
                .trim()
                .to_owned(),
        );
    }
    Ok(rows)
}

#[test]
fn the_sign_that_yields_the_wanted_column_parts_the_fields() {
    for sign in [",", ";", "\t", "|"] {
        let text = format!("id{sign}name\n1{sign}Acme\n");
        let rows = read("a.csv", text.as_bytes(), &TableOptions::default()).unwrap();
        assert_eq!(rows, ["id|name", "2 1|Acme"], "{sign:?}");
    }
    // Of two signs the one that makes a column `name`, though the other is more frequent.
    let rows = read("a.csv", b"name;a,b,c\nAcme;x\n", &TableOptions::default()).unwrap();
    assert_eq!(rows[1], "2 Acme|x");
    let options = TableOptions { delimiter: Some(b'^'), ..TableOptions::default() };
    assert_eq!(read("a.csv", b"name^b\nAcme^x\n", &options).unwrap()[1], "2 Acme|x");
}

#[test]
fn text_in_other_encodings_is_read_and_a_wrong_one_is_refused() {
    let texts = [
        ("windows-1252", "name,city\nSociété Générale,Orléans\nMüller Großhandel,Köln\n"),
        ("GB18030", "name,city\n中国航空工业集团有限公司,北京\n哈尔滨工程大学,哈尔滨\n"),
        ("Shift_JIS", "name,city\n株式会社トヨタ自動車,東京\n三菱重工業株式会社,東京都\n"),
        ("EUC-KR", "name,city\n삼성전자 주식회사,서울\n현대자동차,부산\n"),
    ];
    for (written, text) in texts {
        let encoding = encoding_rs::Encoding::for_label(written.as_bytes()).unwrap();
        let (bytes, _, _) = encoding.encode(text);
        for (read_as, _) in texts {
            let rows = read("a.csv", &bytes, &of(read_as));
            if read_as == written {
                assert_eq!(
                    rows.unwrap()[1],
                    format!("2 {}", text.lines().nth(1).unwrap().replace(',', "|"))
                );
            } else {
                let refused = rows.unwrap_err();
                assert!(refused.contains("looks like"), "{written} as {read_as}: {refused}");
            }
        }
        let refused = read("a.csv", text.as_bytes(), &of(written)).unwrap_err();
        assert!(refused.contains("looks like UTF-8 text"), "{refused}");
        let rows = read("a.csv", &bytes, &TableOptions::default()).unwrap();
        assert!(rows[1].contains("is not UTF-8 text"), "{}", rows[1]);
    }
}

#[test]
fn a_row_in_another_encoding_is_told_and_the_others_are_read() {
    let mut bytes = b"name,city\nSoci\xe9t\xe9 G\xe9n\xe9rale,Orl\xe9ans\n".to_vec();
    bytes.extend("Müller GmbH,München\nAcme,Kiel\n".as_bytes());
    let rows = read("a.csv", &bytes, &of("windows-1252")).unwrap();
    assert_eq!(rows[1], "2 Société Générale|Orléans");
    assert!(rows[2].contains("is UTF-8 text, not windows-1252"), "{}", rows[2]);
    assert_eq!(rows[3], "4 Acme|Kiel");
}

#[test]
fn utf_16_is_known_by_its_mark() {
    let text = "\u{feff}name\tcity\r\nMüller GmbH\tMünchen\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        read("a.csv", &bytes, &TableOptions::default()).unwrap()[1],
        "2 Müller GmbH|München"
    );
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(
        read("a.csv", &bytes, &TableOptions::default()).unwrap()[1],
        "2 Müller GmbH|München"
    );
    let refused = read("a.csv", &bytes, &of("EUC-KR")).unwrap_err();
    assert!(refused.contains("the mark of UTF-16BE"), "{refused}");
}

#[test]
fn every_way_to_cut_a_stream_decodes_alike() {
    let text = "name\n中国航空工业集团有限公司\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    for size in 1..9 {
        let reader = BufReader::with_capacity(size, &bytes[..]);
        let mut decoded = String::new();
        let mut decoding = Decoding::new(reader, Encoding::parse("gb18030").unwrap());
        std::io::Read::read_to_string(&mut decoding, &mut decoded).unwrap();
        assert_eq!(decoded, text);
    }
}

#[test]
fn the_keys_of_all_lines_are_the_columns() {
    let text = "{\"name\":\"Acme\",\"aliases\":[\"A\",\"B\"]}\n\n{\"id\":7,\"name\":\"Beta\",\"identifiers\":{\"lei\":\"X\"}}\n\
                [1]\n{\"name\":\"a\",\"name\":\"b\"}\n{\"name\":";
    let rows = read("a.jsonl", text.as_bytes(), &TableOptions::default()).unwrap();
    assert_eq!(rows[..3], ["name|aliases|id|identifiers", "1 Acme|A;B||", "3 Beta||7|lei:X"]);
    assert!(rows[3].starts_with("4 ||| None is no JSON object"), "{}", rows[3]);
    assert!(rows[4].contains("has the key `name` twice"), "{}", rows[4]);
    assert!(rows[5].contains("is no JSON object: EOF"), "{}", rows[5]);
    let long = format!("{{\"name\":\"{}\"}}\n{{\"name\":\"Acme\"}}\n", "x".repeat(3 << 20));
    let rows = read("a.jsonl", long.as_bytes(), &TableOptions::default()).unwrap();
    assert!(rows[1].contains("longer than 1 MiB") && rows[2] == "2 Acme", "{}", rows[2]);
}

fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Workbook)) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_sheet_is_read_cell_by_cell() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_row(1, 0, ["name", "id", "birth_date"]).unwrap();
        sheet.write(2, 0, "Acme").unwrap().write(2, 1, 17.0).unwrap();
        let born = ExcelDateTime::from_ymd(1962, 5, 31).unwrap();
        sheet.write_datetime_with_format(2, 2, &born, &day).unwrap();
        sheet.write(3, 0, Formula::new("=A3&\"x\"").set_result("Acmex")).unwrap();
        sheet.write(4, 0, "  ").unwrap();
        sheet.write(5, 0, "Beta").unwrap().write(5, 7, "beside").unwrap();
        sheet
            .write(6, 0, "Gamma")
            .unwrap()
            .write(6, 1, Formula::new("=1/0").set_result("#DIV/0!"))
            .unwrap();
    });
    let rows = read("a.xlsx", &bytes, &TableOptions::default()).unwrap();
    assert_eq!(rows[..2], ["name|id|birth_date", "3 Acme|17|1962-05-31"]);
    assert!(rows[2].starts_with("4 Acmex|| Some(\"name\") is a formula"), "{}", rows[2]);
    assert!(rows[3].starts_with("6 Beta|| None has values right of the 3 columns"), "{}", rows[3]);
    assert!(rows[4].starts_with("7 Gamma|"), "{}", rows[4]);
    assert_eq!(rows.len(), 5, "a blank row is no party");
}

#[test]
fn which_sheet_is_meant_has_to_be_clear() {
    let bytes = workbook(|workbook| {
        for (name, text) in [("blank", ""), ("old", "name"), ("new", "name")] {
            let sheet = workbook.add_worksheet().set_name(name).unwrap();
            if !text.is_empty() {
                sheet.write(0, 0, text).unwrap().write(1, 0, name).unwrap();
            }
        }
    });
    let refused = read("a.xlsx", &bytes, &TableOptions::default()).unwrap_err();
    assert!(refused.contains("several sheets, `old`, `new`; say which"), "{refused}");
    let sheet =
        |name: &str| TableOptions { sheet: Some(name.to_owned()), ..TableOptions::default() };
    assert_eq!(read("a.xlsx", &bytes, &sheet("new")).unwrap()[1], "2 new");
    assert!(read("a.xlsx", &bytes, &sheet("x")).unwrap_err().contains("no sheet `x`"));
    assert!(read("a.xlsx", &bytes, &sheet("blank")).unwrap_err().contains("is empty"));
}

#[test]
fn what_is_another_format_is_refused() {
    let cell = workbook(|workbook| {
        workbook.add_worksheet().write(0, 0, "name").unwrap();
    });
    let old = [PASSWORD_OR_OLD, &[0; 600]].concat();
    let many = format!("name{}\n", ",x".repeat(20_000));
    for (name, bytes, reason) in [
        ("a.xlsx", &old[..], "a workbook with a password"),
        ("a.csv", &old[..], "a workbook with a password"),
        ("a.csv", &cell[..], "is an Excel workbook"),
        ("a.xlsx", b"name\nAcme\n", "is no Excel workbook"),
        ("a.xlsx", b"", "is empty (0 bytes)"),
        ("a.xlsx", b"PK\x03\x04 cut off", "is no readable Excel workbook"),
        ("a.csv", b"PAR1 and so on", "is a Parquet file"),
        ("a.jsonl", b"", "is empty (0 bytes)"),
        ("a.csv", b"", "is empty (0 bytes)"),
        ("a.csv", many.as_bytes(), "has 20001 columns"),
    ] {
        let refused = read(name, bytes, &TableOptions::default()).unwrap_err();
        assert!(refused.contains(reason), "{name}: {refused}");
    }
    let refused = read("a.xlsx", &cell, &of("EUC-KR")).unwrap_err();
    assert!(refused.contains("has no --encoding"), "{refused}");
}

#[test]
fn a_workbook_that_unpacks_to_gigabytes_is_refused() {
    use zip::write::SimpleFileOptions;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1_025 {
        archive.write_all(&zeros).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let refused = read("a.xlsx", &bytes, &TableOptions::default()).unwrap_err();
    assert!(refused.contains("unpacks to more than 1 GiB"), "{refused}");
}

#[cfg(feature = "parquet")]
#[test]
fn columns_of_a_parquet_file_become_text() {
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use arrow_array::{
        ArrayRef, BinaryArray, Date32Array, Int64Array, ListArray, RecordBatch, StringArray,
    };

    let written = |columns: Vec<(&str, ArrayRef)>| {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    };
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("Acme"), None]));
    let lists = [Some(vec![Some(1), None, Some(2)]), None];
    let bytes = written(vec![
        ("name", Arc::clone(&names)),
        ("id", Arc::new(Int64Array::from(vec![Some(7), Some(-1)]))),
        ("birth_date", Arc::new(Date32Array::from(vec![Some(-2_772), None]))),
        (
            "aliases",
            Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>(lists)),
        ),
    ]);
    let rows = read("a.parquet", &bytes, &TableOptions::default()).unwrap();
    assert_eq!(rows, ["name|id|birth_date|aliases", "1 Acme|7|1962-05-31|1;2", "2 |-1||"]);
    let bytes = written(vec![("name", Arc::new(BinaryArray::from(vec![&b"Acme"[..]])))]);
    let refused = read("a.parquet", &bytes, &TableOptions::default()).unwrap_err();
    assert!(refused.contains("column `name` is of type Binary"), "{refused}");
    let refused =
        read("a.parquet", &bytes[..bytes.len() / 2], &TableOptions::default()).unwrap_err();
    assert!(refused.contains("no readable Parquet file"), "{refused}");
}

#[test]
fn a_quote_that_closes_within_a_field_hides_no_rows() {
    for (text, row) in [
        (
            "name,note\nAcme,\"a\"\n\"General Dynamics,1\nLockheed,2\nSkydio,3\n\"Foo\",4\nLast,5\n",
            2,
        ),
        ("name\nA B\n\"General Dynamics\nLockheed\n\"Boeing\"\nFoo\n", 2),
        ("name;note\nA B;x\nFoo;\"bar\nGeneral Dynamics;x\nZed;\"q\"\n", 2),
    ] {
        let rows = read("a.csv", text.as_bytes(), &TableOptions::default()).unwrap();
        assert!(rows[row].contains("a quote closes within a field"), "{rows:#?}");
    }
    let good =
        "name,note\n\"A \"\"B\"\" C\",\"two\nlines\"\n5\" pipe,x\n\"Foo\",\"\"\r\n\"Bar\",y\n";
    let rows = read("a.csv", good.as_bytes(), &TableOptions::default()).unwrap();
    assert!(rows.iter().all(|row| !row.contains("None")), "{rows:#?}");
    assert_eq!(rows.len(), 5);
}

#[test]
fn letters_far_down_and_short_names_are_judged_by_what_they_show() {
    let ascii = "Acme Widgets Limited\n".repeat(60_000);
    let (row, _, _) = encoding_rs::GB18030.encode("通用动力公司\n");
    let bytes = [b"name\n", ascii.as_bytes(), &row].concat();
    for wrong in ["EUC-KR", "Shift_JIS", "Big5", "windows-1252"] {
        assert!(read("a.csv", &bytes, &of(wrong)).is_err(), "{wrong}");
    }
    assert!(read("a.csv", &bytes, &of("GB18030")).is_ok());
    for (encoding, name) in
        [("Shift_JIS", "三菱"), ("EUC-KR", "한화"), ("windows-1251", "Иж"), ("GB18030", "华")]
    {
        let (bytes, _, _) = Encoding::parse(encoding)
            .map(|_| encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap().encode(name))
            .unwrap();
        let bytes = [b"name\n", &bytes[..], b"\n"].concat();
        assert_eq!(read("a.csv", &bytes, &of(encoding)).unwrap()[1], format!("2 {name}"));
    }
    let polish = "name\nZakłady Mechaniczne Łódź\nSpółka Żółć\nŚląskie Zakłady Przemysłu Węglowego\nPrzedsiębiorstwo Usług Wodnych\n".repeat(3);
    let (bytes, _, _) = encoding_rs::WINDOWS_1250.encode(&polish);
    assert!(read("a.csv", &bytes, &of("windows-1252")).is_err());
    assert!(read("a.csv", &bytes, &of("windows-1250")).is_ok());
}

#[test]
fn numbers_of_json_stay_as_they_are_written() {
    let text =
        "{\"name\":\"Acme\",\"id\":12345678901234567890123,\"x\":1.10}\n{\"name\":[\"A\",\"B\"]}\n";
    let rows = read("a.jsonl", text.as_bytes(), &TableOptions::default()).unwrap();
    assert_eq!(rows[1], "1 Acme|12345678901234567890123|1.10");
    assert!(rows[2].contains("Some(\"name\") is no text"), "{}", rows[2]);
}
