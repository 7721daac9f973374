//! An organization's own way in and its own look.

use data_encoding::BASE64;
use openssl::sha::sha256;
use tegata::directory::{
    Colour, Contact, Facility, FirstQuestion, Logo, Operator, OperatorToken, Organization,
};
use tegata::entropy::SystemEntropy;
use tegata::pepper::Pepper;

use crate::world::{Page, World};

async fn organization(world: &World) -> Organization {
    let directory = world.authority.directory();
    directory.find_organization(&world.caller.organization).await.unwrap().unwrap()
}

/// The organization asks for the facility first, and has the facility G13B.
async fn asks_for_the_facility(world: &World) {
    let directory = world.authority.directory();
    let mut organization = organization(world).await;
    organization.first_question = FirstQuestion::Facility;
    directory.put_organization(&organization).await.unwrap();
    let facility = Facility::new("G13B".parse().unwrap(), "みどり薬局".into());
    directory.put_facility(&organization.id, &facility).await.unwrap();
}

fn colour(text: &str) -> Colour {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_is_asked_for_until_an_organization_wants_the_facility_first() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get(&world.landing("/")).await;
    assert_eq!(page.kind(), "number");
    assert!(!page.has("#by-facility"));

    asks_for_the_facility(&world).await;
    let page = browser.get(&world.landing("/")).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "facility"));
    // Nobody is stuck without a code.
    let by_number = browser.get(&world.landing(&page.find("#by-number", "href").unwrap())).await;
    assert_eq!(by_number.kind(), "number");
    assert_eq!(by_number.find("#by-facility", "href").as_deref(), Some("/f"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_several_organizations_both_ways_in_are_offered() {
    let world = World::new().await;
    asks_for_the_facility(&world).await;
    let directory = world.authority.directory();
    let id = "other".parse().unwrap();
    let token = OperatorToken::draw(&SystemEntropy).unwrap();
    let operator = Operator::new(&id, "first", &token, &Pepper::new(&[9; 32]).unwrap()).unwrap();
    let mut other = Organization::new(id.clone(), "あおい会".into(), Contact::default());
    directory.create(&other, &operator).await.unwrap();
    let browser = world.browser();
    let page = browser.get(&world.landing("/")).await;
    assert_eq!((page.kind().as_str(), page.has("#by-facility")), ("number", true));

    // Where two of them have the same code, nobody's name is shown.
    other.first_question = FirstQuestion::Facility;
    directory.put_organization(&other).await.unwrap();
    let facility = Facility::new("G13B".parse().unwrap(), "あおい医院".into());
    directory.put_facility(&id, &facility).await.unwrap();
    let page = browser.get(&world.landing("/f/G13B")).await;
    assert_eq!((page.status, page.text_of("#facility").as_deref()), (200, Some("G13B")));
    assert!(!page.text.contains("みどり") && !page.text.contains("あおい"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_facilitys_code_leads_to_number_and_secret_under_its_organizations_name() {
    let world = World::new().await;
    asks_for_the_facility(&world).await;
    let invitation = world.invite().await;
    let browser = world.browser();
    for typed in ["G13B", "g13b", "%EF%BC%A7%EF%BC%91%EF%BC%93%EF%BC%A2", "+G13B+"] {
        let sent = browser.get(&world.landing(&format!("/f?lang=en&facility={typed}"))).await;
        assert_eq!((sent.status, sent.header("location")), (303, Some("/f/G13B?lang=en")), "{typed}");
    }
    let at = world.landing("/f/G13B?lang=en");
    let page = browser.get(&at).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "number"));
    assert_eq!(page.text_of("#from").as_deref(), Some("みどり医院"));
    assert_eq!(page.text_of("#facility").as_deref(), Some("みどり薬局"));
    assert!(page.text_of("#contact").unwrap().contains("03-1234-5678"));

    let number = invitation.number.expose().to_owned();
    let wrong = [("form", page.nonce()), ("number", number.clone()), ("secret", "abcde-fghjk".to_owned())];
    let wrong: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let again = browser.post(&at, &wrong).await;
    assert_eq!((again.status, again.mark("code").as_deref()), (403, Some("T-102")));
    assert_eq!(again.text_of("#facility").as_deref(), Some("みどり薬局"));
    assert!(again.has("#attempts"));

    let secret = invitation.secret.grouped();
    let fields = [("form", again.nonce()), ("number", number), ("secret", secret.to_string())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let claimed = browser.post(&at, &fields).await;
    assert_eq!(claimed.status, 303);
    assert!(claimed.header("location").unwrap().starts_with("/t/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_facility_is_refused_without_a_hint_and_not_for_long() {
    let world = World::new().await;
    asks_for_the_facility(&world).await;
    let browser = world.browser();
    let mut pages = Vec::new();
    for typed in ["G13C", "ZZZZ-9999", "<b>", "G13B%22"] {
        let page = browser.get(&world.landing(&format!("/f?facility={typed}"))).await;
        assert_eq!((page.status, page.mark("code").as_deref()), (404, Some("T-116")), "{typed}");
        assert_eq!(page.kind(), "facility");
        assert!(!page.text.contains("みどり"), "{typed}");
        pages.push(page);
    }
    let refused = browser.get(&world.landing("/f/G13C")).await;
    assert_eq!((refused.status, refused.kind().as_str()), (404, "refusal"));
    assert_eq!(refused.find("a#action", "href").as_deref(), Some("/f"));
    // Sixty misses at once, then one every five seconds.
    let mut limited = None;
    for n in 0..70 {
        let page = browser.get(&world.landing(&format!("/f?facility=A{n}"))).await;
        if page.status == 429 {
            limited = page.mark("code");
            break;
        }
    }
    assert_eq!(limited.as_deref(), Some("T-207"));
    let known = browser.get(&world.landing("/f?facility=G13B")).await;
    assert_eq!(known.status, 303, "who has a code goes on");
}

/// The sources that a page's policy allows for styles, and those of the page's own `<style>` elements.
fn styles(page: &Page) -> (String, Vec<String>) {
    let policy = page.header("content-security-policy").unwrap();
    let allowed = policy.split("; ").find(|part| part.starts_with("style-src")).unwrap().to_owned();
    let html = scraper::Html::parse_document(&page.text);
    let selector = scraper::Selector::parse("style").unwrap();
    let hashes = html.select(&selector).map(|style| {
        let text: String = style.text().collect();
        format!("'sha256-{}'", BASE64.encode(&sha256(text.as_bytes())))
    });
    let hashes = hashes.collect();
    (allowed, hashes)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_organization_has_its_colour_and_its_logo_under_a_strict_policy() {
    let world = World::new().await;
    let directory = world.authority.directory();
    let mut organization = organization(&world).await;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 120, 40);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[0x40; 3 * 120 * 40]).unwrap();
    let (logo, picture) = Logo::read(&organization.id, &file).unwrap();
    directory.put_logo(&logo, &picture).await.unwrap();
    organization.look.colour = Some(colour("#1a4f9c"));
    organization.look.logo = Some(logo.clone());
    directory.put_organization(&organization).await.unwrap();

    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let browser = world.browser();
    let secret = browser.get(&link).await;
    let claimed = world.claim(&invitation).await;
    let ticket = browser.get(&claimed.ticket).await;
    world.clock.advance(jiff::SignedDuration::from_hours(24 * 40));
    let refused = browser.get(&link).await;
    assert_eq!(refused.kind(), "refusal");
    for page in [&secret, &ticket, &refused] {
        assert!(page.text.contains("--accent:#1a4f9c"), "{}", page.kind());
        let (allowed, hashes) = styles(page);
        assert_eq!(hashes.len(), 2);
        assert!(hashes.iter().all(|hash| allowed.contains(hash)) && !allowed.contains("unsafe"), "{allowed}");
        assert_eq!(page.find("#from img", "alt").as_deref(), Some(""), "its name stands beside it");
        assert_eq!(page.find("#from img", "width").as_deref(), Some("120"));
    }
    let at = secret.find("#from img", "src").unwrap();
    let picture = browser.get(&world.landing(&at)).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert!(picture.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));

    // Without the organization, the page is ours, and allows nothing more.
    let first = browser.get(&world.landing("/")).await;
    let (allowed, hashes) = styles(&first);
    assert_eq!((hashes.len(), allowed.matches("sha256").count()), (1, 1));

    directory.remove_logo(&logo).await.unwrap();
    assert_eq!(browser.get(&world.landing(&at)).await.status, 404);
    assert_eq!(browser.get(&world.landing("/logo/..%2fpepper.png")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_explains_what_no_page_can_see_with_what_this_installation_knows() {
    let world = World::new().await;
    let browser = world.browser();
    let list = browser.get(&world.landing("/help?lang=en")).await;
    assert_eq!(list.find("a[href='/help/T-401?lang=en']", "href").as_deref(), Some("/help/T-401?lang=en"));
    for code in ["T-401", "t-402", "T-410", "T-116"] {
        let page = browser.get(&world.landing(&format!("/help/{code}"))).await;
        assert_eq!((page.status, page.kind().as_str()), (200, "code"), "{code}");
    }
    let hosts = browser.get(&world.landing("/help/T-404")).await;
    assert!(hosts.text.contains("<code>localhost</code>"));
    let root = browser.get(&world.landing("/help/T-406")).await;
    let fingerprint = root.text_of(".topics code").unwrap();
    assert_eq!((fingerprint.len(), fingerprint.matches(':').count()), (95, 31), "SHA-256");
    // The check page leads there, on the other site and in the same language.
    let check = browser.get(&world.check("/check?lang=ja-easy")).await;
    assert_eq!(check.mark("code").as_deref(), Some("T-301"));
    let topic = check.find(".topics a", "href").unwrap();
    assert_eq!(topic, world.landing("/help/T-408?lang=ja-easy"));
}
