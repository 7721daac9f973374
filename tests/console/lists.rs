//! Lists of people on the console: brought, judged, issued, followed; their letters printed and read by other programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tegata::directory::{Act, Role};
use tegata::enrollment::ListQuery;
use tegata::entropy::SystemEntropy;
use tegata::operations::{JobRunner, Leases};

use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World};

const BULK: &str = "/o/midori/bulk";

/// Brings a list by the form on the page.
async fn bring(browser: &mut Browser, file: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Page {
    let page = browser.get(BULK).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "bulk"), "{}", page.text);
    let (action, _) = page.form("form#bring");
    browser.post_file(&action, file, bytes, fields).await
}

/// Does what a node does in the background.
pub async fn run_jobs(world: &World) {
    let leases = Leases::new(Arc::clone(&world.store), world.clock.clone(), &SystemEntropy).unwrap();
    let runner = JobRunner::new(world.authority.clone(), leases, world.clock.clone());
    while runner.round().await.unwrap().more {}
}

async fn count(world: &World) -> usize {
    let caller = tegata::enrollment::Caller::new(world.midori.clone(), tegata::directory::Actor::CommandLine);
    let query = ListQuery { limit: 1_000, ..ListQuery::default() };
    world.authority.list(&caller, query).await.unwrap().enrollments.len()
}

#[tokio::test]
async fn a_list_is_brought_judged_issued_and_its_result_taken_away() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    // As a Japanese Excel saves it.
    let text = format!(
        "利用者ID,氏名,施設コード,端末,備考\r\n1,山田 花子,{FACILITY},iPhone,\r\n2,東海林 渚,{FACILITY},fax,\r\n3,田中 太郎,{FACILITY},,夜勤\r\n"
    );
    let (file, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let brought = bring(&mut browser, "一覧.csv", &file, &[("offer", "minimal"), ("handover", "none")]).await;
    assert_eq!(brought.status, 303, "{}", brought.text);
    let at = brought.goes_to().to_owned();
    let draft = browser.get(&at).await;
    assert_eq!(draft.find("body", "data-standing").as_deref(), Some("draft"), "{}", draft.text);
    let told = |page: &Page, id: &str| page.text_of(id).unwrap_or_default();
    assert_eq!((told(&draft, "#new"), told(&draft, "#left-out")), ("2".to_owned(), "1".to_owned()));
    assert!(told(&draft, "#faults").contains("Windows"), "{}", draft.text);
    assert_eq!(count(&world).await, 0);
    // A double click begins it once.
    let begun = browser.submit(&draft, "form#begin", &[]).await;
    assert_eq!((begun.status, begun.goes_to()), (303, at.as_str()), "{}", begun.text);
    assert_eq!(browser.submit(&draft, "form#begin", &[]).await.status, 303);
    let running = browser.get(&at).await;
    assert_eq!(running.find("body", "data-standing").as_deref(), Some("running"));
    assert_eq!(running.headers.get("refresh").unwrap(), "2");
    run_jobs(&world).await;
    let done = browser.get(&at).await;
    assert_eq!(done.find("body", "data-standing").as_deref(), Some("done"));
    assert!(done.headers.get("refresh").is_none());
    assert_eq!((told(&done, "#succeeded"), count(&world).await), ("2".to_owned(), 2));
    let result = browser.get(&format!("{at}/result.csv")).await;
    assert_eq!(result.headers.get("content-type").unwrap(), "text/csv; charset=utf-8");
    assert_eq!(result.text.matches(",issued,").count(), 2, "{}", result.text);
    // The mended list issues the one that was left out.
    let mended = text.replace("fax", "android");
    let brought =
        bring(&mut browser, "一覧.csv", mended.as_bytes(), &[("offer", "minimal"), ("handover", "none")])
            .await;
    let draft = browser.get(brought.goes_to()).await;
    assert_eq!((told(&draft, "#new"), told(&draft, "#known")), ("1".to_owned(), "2".to_owned()));
    browser.submit(&draft, "form#begin", &[]).await;
    run_jobs(&world).await;
    assert_eq!(count(&world).await, 3);
    // The empty list can be filled in.
    let template = browser.get(&format!("{BULK}/people.csv")).await;
    assert!(template.text.contains("利用者ID,氏名,"), "{}", template.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_manager_does_not_open_the_letters_that_somebody_else_ordered() {
    let world = World::new().await;
    let manager = world.member(&world.midori, Role::FacilityManager).await;
    let mut browser = world.signed_in(&manager).await;
    let list = format!("subscriber_id,name,facility,postal_code,address\n1,A,{FACILITY},1000001,x\n");
    let fields = [("offer", "minimal"), ("handover", "letter")];
    let brought = bring(&mut browser, "list.csv", list.as_bytes(), &fields).await;
    let at = brought.goes_to().to_owned();
    let draft = browser.get(&at).await;
    browser.submit(&draft, "form#begin", &[]).await;
    run_jobs(&world).await;
    let order = browser.get(&format!("{at}/letters")).await;
    // What cannot be read is not taken for all facilities.
    let unread = browser.submit(&order, "form#print", &[("facility", "G13B/../x"), ("language", "ja")]).await;
    assert_eq!(unread.status, 400, "{}", unread.text);
    let sent = browser.submit(&order, "form#print", &[("facility", ""), ("language", "ja")]).await;
    let printing = sent.goes_to().to_owned();
    drawn(&mut browser, &printing).await;
    let other = world.member(&world.midori, Role::FacilityManager).await;
    let mut other = world.signed_in(&other).await;
    for part in ["", "/letters.pdf", "/secrets.pdf"] {
        assert_eq!(other.get(&format!("{printing}{part}")).await.status, 404, "{part}");
    }
    let operator = world.member(&world.midori, Role::Operator).await;
    assert_eq!(world.signed_in(&operator).await.get(&printing).await.status, 200);
    assert!(browser.get_bytes(&format!("{printing}/secrets.pdf")).await.starts_with(b"%PDF-"));
}

#[tokio::test]
async fn a_job_goes_no_further_once_who_asked_for_it_has_lost_the_place() {
    let world = World::new().await;
    for ends in ["place", "account"] {
        let manager = world.member(&world.midori, Role::FacilityManager).await;
        let mut browser = world.signed_in(&manager).await;
        let list = format!("subscriber_id,name,facility\n{ends},A,{FACILITY}\n");
        let fields = [("offer", "minimal"), ("handover", "none")];
        let brought = bring(&mut browser, "list.csv", list.as_bytes(), &fields).await;
        let at = brought.goes_to().to_owned();
        let draft = browser.get(&at).await;
        assert_eq!(browser.submit(&draft, "form#begin", &[]).await.status, 303);
        let access = world.access();
        if ends == "place" {
            let id = manager.id.to_string();
            access.end_operator(&world.midori, &id, &crate::world::doer()).await.unwrap();
        } else {
            access.end_account(&manager.id, &crate::world::doer()).await.unwrap();
        }
        run_jobs(&world).await;
        assert_eq!(count(&world).await, 0);
        let operator = world.member(&world.midori, Role::Operator).await;
        let stopped = world.signed_in(&operator).await.get(&at).await;
        assert_eq!(stopped.find("body", "data-standing").as_deref(), Some("cancelled"), "{}", stopped.text);
    }
}

#[tokio::test]
async fn what_is_no_list_is_refused_with_what_would_do_and_nothing_is_lost() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let fields = [("offer", "minimal"), ("handover", "mail"), ("create", "yes")];
    for (file, marks) in [
        (&b"PK\x03\x04\x14\0[Content_Types].xml"[..], "CSV UTF-8"),
        (b"nmae\nx\n", "氏名"),
        (b"name,note\nx,=1+1\n", "="),
        (b"", ""),
    ] {
        let page = bring(&mut browser, "list.csv", file, &fields).await;
        assert_eq!((page.status, page.kind().as_str()), (422, "bulk"), "{}", page.text);
        assert!(page.text_of("#problem-file").is_some());
        assert!(page.text.contains(marks), "{}", page.text);
        assert!(page.find("#field-create-yes[checked]", "name").is_some(), "{}", page.text);
        assert!(page.find("#field-handover option[value=mail][selected]", "value").is_some());
    }
    let large = vec![b'x'; tegata::roster::LARGEST + 1];
    let page = bring(&mut browser, "list.csv", &large, &fields).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text_of("#problem-file").unwrap().contains("16 MB"));
    // Another's form, or none, does nothing.
    let page = browser.post_file(BULK, "list.csv", b"name\nx\n", &fields).await;
    assert_eq!(page.status, 403);
    assert_eq!(count(&world).await, 0);
}

#[tokio::test]
async fn a_facility_manager_issues_for_the_own_facility_alone_and_others_do_not_see_the_job() {
    let world = World::new().await;
    let manager = world.member(&world.midori, Role::FacilityManager).await;
    assert!(Role::FacilityManager.may(Act::Bulk));
    let mut browser = world.signed_in(&manager).await;
    let text = format!("subscriber_id,name,facility\n1,A,{FACILITY}\n2,B,OTHER\n3,C,\n");
    let fields = [("offer", "minimal"), ("handover", "none"), ("create", "yes")];
    let brought = bring(&mut browser, "list.csv", text.as_bytes(), &fields).await;
    let at = brought.goes_to().to_owned();
    let draft = browser.get(&at).await;
    assert_eq!(draft.text_of("#left-out").as_deref(), Some("2"), "{}", draft.text);
    browser.submit(&draft, "form#begin", &[]).await;
    run_jobs(&world).await;
    assert_eq!(count(&world).await, 1);
    // Another manager, and another organization's operator, see as much as of what does not exist.
    let other = world.member(&world.midori, Role::FacilityManager).await;
    assert_eq!(world.signed_in(&other).await.get(&at).await.status, 404);
    let stranger = world.member(&world.aoba, Role::Operator).await;
    assert_eq!(world.signed_in(&stranger).await.get(&at).await.status, 404);
    let operator = world.member(&world.midori, Role::Operator).await;
    assert_eq!(world.signed_in(&operator).await.get(&at).await.status, 200);
    let auditor = world.member(&world.midori, Role::Auditor).await;
    assert_eq!(world.signed_in(&auditor).await.get(&at).await.code(), "T-503");
}

/// Everything on a page that looks like a secret: two groups of five.
fn secrets(text: &str) -> BTreeSet<String> {
    let typed = |group: &str| group.len() == 5 && group.chars().all(|c| c.is_ascii_alphanumeric());
    let is_secret = |word: &&str| word.split_once('-').is_some_and(|(a, b)| typed(a) && typed(b));
    text.split_whitespace().filter(is_secret).map(ToOwned::to_owned).collect()
}

fn output(program: &str, arguments: &[&str], directory: &Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(directory).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What every QR code of a file says, by another program, from the pages as they are printed.
fn codes(directory: &Path, file: &str) -> BTreeSet<String> {
    output("pdftoppm", &["-r", "150", "-png", "-gray", file, "page"], directory);
    let mut codes = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("page-") {
            let read = output("zbarimg", &["--quiet", "--raw", &name], directory);
            codes.extend(read.lines().map(ToOwned::to_owned));
            std::fs::remove_file(directory.join(name)).unwrap();
        }
    }
    codes
}

/// Waits until letters are drawn.
async fn drawn(browser: &mut Browser, printing: &str) -> Page {
    loop {
        let page = browser.get(printing).await;
        match page.find("body", "data-state").as_deref() {
            Some("drawing") => {
                assert_eq!(page.headers.get("refresh").unwrap(), "2");
                // Drawn on a thread of the real machine, whose time the test does not have in hand.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Some("ready") => return page,
            other => panic!("{other:?}: {}", page.text),
        }
    }
}

/// Orders the letters of a list, waits until they are drawn, and takes both files away.
async fn print(browser: &mut Browser, at: &str, directory: &Path, facility: &str) -> Page {
    let order = browser.get(&format!("{at}/letters")).await;
    assert_eq!((order.status, order.kind().as_str()), (200, "order"), "{}", order.text);
    let fields = [("facility", facility), ("language", "ja"), ("covered", "yes")];
    let sent = browser.submit(&order, "form#print", &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let printing = sent.goes_to().to_owned();
    // The same form sent twice prints once.
    assert_eq!(browser.submit(&order, "form#print", &fields).await.goes_to(), printing);
    let page = drawn(browser, &printing).await;
    for name in ["letters.pdf", "secrets.pdf"] {
        let file = browser.get_bytes(&format!("{printing}/{name}")).await;
        assert!(file.starts_with(b"%PDF-"), "{name}");
        std::fs::write(directory.join(name), file).unwrap();
    }
    page
}

/// With `TEGATA_LETTERS=1000` the list is as long, and how long its letters took is told.
#[tokio::test(flavor = "multi_thread")]
async fn the_letters_of_a_list_are_printed_and_what_was_printed_before_is_waste() {
    let people = std::env::var("TEGATA_LETTERS").map_or(12, |number| number.parse().unwrap());
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let mut text = "利用者ID,氏名,フリガナ,施設コード,郵便番号,住所\n".to_owned();
    for i in 0..people {
        let facility = if i % 3 == 0 { "K02" } else { FACILITY };
        writeln!(text, "{i},山田 花子,やまだ はなこ,{facility},1000001,千代田区千代田{i}").unwrap();
    }
    let fields = [("offer", "minimal"), ("handover", "letter"), ("create", "yes")];
    let at = bring(&mut browser, "list.csv", text.as_bytes(), &fields).await.goes_to().to_owned();
    let draft = browser.get(&at).await;
    browser.submit(&draft, "form#begin", &[]).await;
    run_jobs(&world).await;
    let letters = browser.get("/o/midori/letters").await;
    assert!(letters.text.contains(&format!("{at}/letters")), "{}", letters.text);
    let directory = tempfile::tempdir().unwrap();
    let began = std::time::Instant::now();
    print(&mut browser, &at, directory.path(), "").await;
    println!("{people} letters: {:.1?} from the order until both files were fetched", began.elapsed());
    let first = codes(directory.path(), "letters.pdf");
    println!("{} QR codes decode", first.len());
    assert_eq!(first.len(), people, "{first:?}");
    let sheets = output("pdftotext", &["-raw", "secrets.pdf", "-"], directory.path());
    let known = secrets(&sheets);
    assert_eq!(known.len(), people);
    assert!(sheets.contains("みどり医院") && sheets.contains("やまだ はなこ"), "{sheets}");
    let others = output("pdftotext", &["-raw", "letters.pdf", "-"], directory.path());
    assert!(known.iter().all(|secret| !others.contains(secret.as_str())));
    // Printed again for one facility: its codes are new, and the old ones lead nowhere.
    print(&mut browser, &at, directory.path(), "K02").await;
    let again = codes(directory.path(), "letters.pdf");
    assert_eq!((again.len(), again.intersection(&first).count()), (people.div_ceil(3), 0));
    // Nobody else gets them, and nobody at all when their time is over.
    let stranger = world.member(&world.aoba, Role::Operator).await;
    let order = browser.get(&format!("{at}/letters")).await;
    let sent = browser.submit(&order, "form#print", &[("facility", "K02"), ("language", "en")]).await;
    let printing = sent.goes_to().to_owned();
    let elsewhere = printing.replace("/o/midori/", "/o/aoba/");
    assert_eq!(world.signed_in(&stranger).await.get(&elsewhere).await.status, 404);
    let help_desk = world.member(&world.midori, Role::HelpDesk).await;
    assert_eq!(world.signed_in(&help_desk).await.get(&printing).await.code(), "T-503");
    drawn(&mut browser, &printing).await;
    world.advance_minutes(31);
    assert_eq!(browser.get(&printing).await.status, 404);
}
