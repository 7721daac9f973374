#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use proptest::prelude::*;

use super::*;
use crate::device::Platform;

/// A list with everything in it, Japanese headings, as UTF-8.
const LIST: &str = "\
利用者ID,氏名,フリガナ,メールアドレス,施設コード,施設名,端末,メモ,渡し方,行キー,郵便番号,住所
10234,山田 花子,やまだ はなこ,hanako@example.jp,G13B,みどりクリニック,iPhone・iPad,\"夜勤, 第2病棟\",郵送,A-1,1000001,\"千代田区千代田1-1
みどりビル3階\"
";

fn read(bytes: impl AsRef<[u8]>) -> Roster<Person> {
    people(bytes.as_ref()).unwrap_or_else(|refused| panic!("{refused}"))
}

fn hanako(roster: &Roster<Person>) {
    assert_eq!((&roster.faults, roster.rows.len()), (&vec![], 1));
    let Listed { row: 2, value: person } = &roster.rows[0] else { panic!("{roster:?}") };
    assert_eq!(person.name, "山田 花子");
    assert_eq!(person.kana.as_deref(), Some("やまだ はなこ"));
    assert_eq!(person.id.as_ref().map(ToString::to_string).as_deref(), Some("10234"));
    assert_eq!(person.facility.as_ref().map(ToString::to_string).as_deref(), Some("G13B"));
    assert_eq!(person.facility_name.as_deref(), Some("みどりクリニック"));
    assert_eq!(person.devices, [Platform::Ios, Platform::Ipados]);
    assert_eq!((person.handover, person.key.as_deref()), (Some(Handover::Letter), Some("A-1")));
    assert_eq!(person.postal_code.as_deref(), Some("100-0001"));
    assert_eq!(person.address, ["千代田区千代田1-1", "みどりビル3階"]);
}

/// The list as other programs save it.
fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn a_list_is_the_same_in_every_way_that_a_spreadsheet_saves_it() {
    hanako(&read(LIST));
    hanako(&read(["\u{feff}", LIST].concat()));
    hanako(&read(LIST.replace('\n', "\r\n")));
    hanako(&read(LIST.trim_end()));
    hanako(&read(["sep=,\r\n", LIST].concat().replace("sep=,\r\n", "")));
    let (shift_jis, _, lost) = encoding_rs::SHIFT_JIS.encode(LIST);
    assert!(!lost);
    let roster = read(&shift_jis);
    assert_eq!(roster.encoding, Encoding::ShiftJis);
    hanako(&roster);
    // Only the quoted cell holds a comma that is meant.
    let tabs = LIST.replace("夜勤, 第2病棟", "夜勤; 第2病棟").replace(',', "\t");
    for little in [true, false] {
        let roster = read(utf16(&tabs, little));
        assert_eq!(roster.encoding, Encoding::Utf16);
        hanako(&roster);
    }
    hanako(&read(LIST.replace("夜勤, 第2病棟", "夜勤").replace(',', ";")));
    // Width, case, spaces and ornament of headings and identifiers do not matter.
    let wide =
        LIST.replace("利用者ID", "※利用者ＩＤ").replace("氏名,", " 氏　名 ,").replace("G13B", "ｇ１３ｂ");
    hanako(&read(wide.replace("10234", "１０２３４")));
}

#[test]
fn characters_that_only_windows_knows_are_read() {
    // Circled one, the wave dash's twin, and the two characters of IBM's extension that names are written with.
    let bytes = b"name,note\n\x8d\x82\xfb\xfc,\x87\x40\x81\x60\xed\x40\n";
    let roster = read(bytes);
    assert_eq!(roster.faults, []);
    assert_eq!(roster.rows[0].value.name, "高髙");
    assert_eq!(roster.rows[0].value.note.as_deref(), Some("①～纊"));
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them() {
    let text = "name,address\n\nA,\"one\ntwo\nthree\"\n,\nB,x\n\n,fault\n";
    let roster = read(text);
    let rows: Vec<_> = roster.rows.iter().map(|listed| listed.row).collect();
    assert_eq!(rows, [3, 5]);
    assert_eq!(roster.faults, [Fault { row: 7, column: Some(Column::Name), reason: Reason::Empty }]);
    assert_eq!(roster.total, 3);
}

#[test]
fn json_lines_say_the_same() {
    let json = r#"{"name":"山田 花子","kana":"やまだ はなこ","subscriber_id":"10234","facility":"G13B","facility_name":"みどりクリニック","device":["iphone","ipad"],"handover":"letter","key":"A-1","postal_code":"〒100-0001","address":"千代田区千代田1-1\nみどりビル3階"}"#;
    let roster = read(["\n", json].concat());
    hanako(&Roster { rows: roster.rows, ..read(LIST) });
}

#[track_caller]
fn told(text: &str, expected: &[&str]) {
    let faults = match people(text.as_bytes()) {
        Ok(roster) => roster.faults,
        Err(Unreadable::Faults(faults)) => faults,
        Err(other) => panic!("{other}"),
    };
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told, expected, "{text}");
}

#[test]
fn every_fault_is_told_with_its_row_column_and_remedy() {
    told("", &["row 1: the file is empty; its first line names the columns"]);
    told("\n ,\n", &["row 1: the file is empty; its first line names the columns"]);
    told("name\n", &["row 1: nobody is in it"]);
    told("nmae\nx\n", &["row 1: there is no column \"nmae\"; did you mean name?"]);
    told(
        "氏各,カタ\nx,y\n",
        &[
            "row 1: there is no column \"氏各\"; did you mean name?",
            "row 1: there is no column \"カタ\"; did you mean kana?",
        ],
    );
    told("name,氏名\nx,y\n", &["row 1, name: it stands twice"]);
    told("kana\nx\n", &["row 1: the first line names the columns, and there is no column \"name\""]);
    told("name,note\nx\n", &["row 2: it has 1 columns, the first line has 2; put a comma in quotes"]);
    told("name,note\nx,y,z\n", &["row 2: it has 3 columns, the first line has 2; put a comma in quotes"]);
    told(
        "name,note\n\"x,y\nz,u\n",
        &["row 2: a quotation mark opens here and none closes it; write \"\" for one that is meant"],
    );
    told("name,note\n,x\n", &["row 2, name: it is empty"]);
    told(
        "name,device\nx,fax\n",
        &["row 2, device: a kind of device is one of iphone, ipad, mac, android, windows"],
    );
    told(
        "name,postal_code\nx,12\n",
        &["row 2, postal_code: a postal code has seven digits, such as 100-0001"],
    );
    told("name,note\nx,=1+1\n", &["row 2, note: it begins like a formula (=); put the plain value there"]);
    told(
        "name,note\n@SUM(A1),+cmd|' /C calc'!A0\n",
        &[
            "row 2, name: it begins like a formula (@); put the plain value there",
            "row 2, note: it begins like a formula (+); put the plain value there",
        ],
    );
    told(
        "name,subscriber_id\nx,1.23E+10\n",
        &[
            "row 2, subscriber_id: a spreadsheet has shortened a number (1.23E+10); format the column as text and enter the number again",
        ],
    );
    told(
        "name,kana\nx,#REF!\n",
        &["row 2, kana: a spreadsheet's error stands there (#REF!); mend it in the spreadsheet"],
    );
    told(
        "name,note\n\"a\nb\",x\u{202e}y\n",
        &[
            "row 2, name: it has a line break or another control character; remove it",
            "row 2, note: it has an invisible character (U+202E); type the text anew",
        ],
    );
    told(
        "name,email,handover\nx,,mail\ny,y@,mail\n",
        &[
            "row 2, email: it shall be handed over by mail, and there is no e-mail address",
            "row 3, email: \"y@\" is no e-mail address",
        ],
    );
    told(
        &["name\n", &"x".repeat(LONGEST_CELL + 1), "\n"].concat(),
        &["row 2, name: it has more than 1000 characters; shorten it"],
    );
    told(
        &["name\n", &"x".repeat(201), "\n"].concat(),
        &["row 2, name: it has more than 200 characters; shorten it"],
    );
    told(
        "name,,\nx,,y\n",
        &[&format!(
            "row 1: there is no column \"\"; the columns are {}",
            PERSON_COLUMNS.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ")
        )],
    );
    told("name,,\nx,,\n", &[]);
    told("name,note\nx,-\ny,+81 3-0000\n", &[]);
    told("{\"name\":1}\n", &["row 1: it is no JSON object whose values are texts"]);
    told("{\"nam\":\"x\"}\n", &["row 1: there is no column \"nam\"; did you mean name?"]);
}

#[test]
fn bytes_that_cannot_be_read_are_told_where_they_are() {
    let faults = read(b"name,note\nHanako,\x81\n\x8eR\x93c,x\n").faults;
    let told: Vec<_> = faults.iter().map(|fault| (fault.row, fault.column, fault.reason.name())).collect();
    assert_eq!(told, [(2, Some(Column::Note), "undecodable")]);
    let utf8 = [&b"name,note\nHanako,x\n"[..], "花子,\u{9ad8}".as_bytes(), b"\xff\n"].concat();
    let roster = read(utf8);
    assert_eq!(roster.encoding, Encoding::Utf8);
    assert_eq!(
        roster.faults[0].to_string().split(';').next(),
        Some("row 3, note: it has bytes that cannot be read")
    );
}

#[test]
fn what_is_no_list_is_named() {
    let zip = |inside: &str| [b"PK\x03\x04\x14\0", inside.as_bytes()].concat();
    for (bytes, foreign) in [
        (zip("[Content_Types].xml"), Foreign::Xlsx),
        (zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), Foreign::Ods),
        (zip("Index/Document.iwa"), Foreign::Numbers),
        (zip("photo.jpg"), Foreign::Archive),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest".to_vec(), Foreign::Xls),
        (b"%PDF-1.7".to_vec(), Foreign::Pdf),
        (b"\xef\xbb\xbf \n<HTML><table>".to_vec(), Foreign::Html),
        (b"\x89PNG\r\n".to_vec(), Foreign::Picture),
        (b"name\nx\0y\n".to_vec(), Foreign::Binary),
        (b"\x8eR\0\x93".to_vec(), Foreign::Binary),
    ] {
        assert_eq!(people(&bytes), Err(Unreadable::Foreign(foreign)));
    }
    assert_eq!(people(&vec![b'x'; LARGEST + 1]), Err(Unreadable::TooLarge));
}

#[test]
fn as_many_rows_as_are_allowed_are_read_and_one_more_is_not() {
    let mut text = "name\n".to_owned() + &"x\n".repeat(MOST_ROWS);
    assert_eq!(read(&text).rows.len(), MOST_ROWS);
    text.push_str("x\n");
    let roster = read(&text);
    assert_eq!(roster.rows, []);
    assert_eq!(roster.faults[0].reason, Reason::TooManyRows);
}

#[test]
fn so_many_faults_are_kept_and_the_others_counted() {
    let text = "name,note\n".to_owned() + &",x\n".repeat(MOST_FAULTS + 5);
    let roster = read(text);
    assert_eq!((roster.faults.len(), roster.more_faults), (MOST_FAULTS, 5));
}

#[test]
fn a_template_is_a_list_without_rows_and_a_file_without_formulas() {
    for language in [WordLanguage::Japanese, WordLanguage::English] {
        for columns in [PERSON_COLUMNS, FACILITY_COLUMNS] {
            let file = template(columns, language);
            assert!(file.starts_with(b"\xef\xbb\xbf") && file.ends_with(b"\r\n"));
            let faults = if columns == PERSON_COLUMNS {
                let roster = read(&file);
                assert_eq!(roster.columns, PERSON_COLUMNS);
                roster.faults
            } else {
                facilities(&file).unwrap().faults
            };
            assert_eq!(faults, [Fault { row: 1, column: None, reason: Reason::NobodyInIt }]);
        }
    }
    let mut sheet = SafeSheet::new(["a", "b"]);
    sheet.row(["=1+1", "-2"]);
    sheet.row(["x\ny", "\"q\","]);
    let text = String::from_utf8(sheet.finish()).unwrap();
    assert_eq!(text, "\u{feff}a,b\r\n'=1+1,'-2\r\n\"x\ny\",\"\"\"q\"\",\"\r\n");
}

#[test]
fn facilities_are_read_and_none_stands_twice() {
    let roster =
        facilities("施設コード,施設名\nG13B,みどりクリニック\ng13b,x\n,y\nK02,\n".as_bytes()).unwrap();
    assert_eq!(roster.rows.len(), 1);
    let told: Vec<_> = roster.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 3, facility: row 2 has the same facility; remove one",
            "row 4, facility: it is empty",
            "row 5, facility_name: it is empty",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        drop(people(&bytes));
        drop(facilities(&bytes));
        drop(people(&[&b"name,note,address\n"[..], &bytes].concat()));
        drop(people(&[&b"\xff\xfe"[..], &bytes].concat()));
        drop(people(&[&b"{\"name\":\""[..], &bytes, b"\"}"].concat()));
    }

    #[test]
    fn what_is_written_is_read_back(name in "[a-zA-Z\u{4e00}-\u{4eff}\"',;][ -~\u{3041}-\u{3096}]{0,40}", note in "[ -~]{0,60}") {
        let mut sheet = SafeSheet::new(["name", "note"]);
        sheet.row([name.as_str(), note.as_str()]);
        let roster = people(&sheet.finish());
        if name.trim().is_empty() {
            return Ok(());
        }
        let roster = roster.unwrap();
        prop_assert_eq!(&roster.faults, &vec![]);
        prop_assert_eq!(&roster.rows[0].value.name, name.trim());
        let kept = harmless(&note);
        prop_assert_eq!(roster.rows[0].value.note.as_deref().unwrap_or_default(), kept.trim());
    }
}
