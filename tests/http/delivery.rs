//! The file: identical bytes, in parts, counted, and told apart by whether it arrived.

use std::io::{Read, Write};
use std::net::SocketAddr;

use reqwest::Method;
use socket2::{Domain, Socket, Type};

use crate::world::{Claimed, Page, World, open_bundle};

async fn left(world: &World, claimed: &Claimed) -> String {
    world.browser().get(&claimed.ticket).await.mark("fetches-left").unwrap()
}

async fn get(world: &World, claimed: &Claimed, headers: &[(&'static str, &str)]) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(&claimed.file);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let _ = world;
    request.send().await.unwrap()
}

/// Waits until the enrollment stands so; it gets there a moment after the last byte.
pub async fn comes_to(
    world: &World,
    invitation: &tegata::enrollment::IssuedInvitation,
    standing: &str,
) -> bool {
    comes_to_in(40, world, invitation, standing).await
}

/// The same, with so many looks, a quarter of a second apart.
async fn comes_to_in(
    looks: u32,
    world: &World,
    invitation: &tegata::enrollment::IssuedInvitation,
    standing: &str,
) -> bool {
    let mut live = world.authority.live();
    for _ in 0..looks {
        if world.standing(invitation).await == standing {
            return true;
        }
        let _ = tokio::time::timeout(std::time::Duration::from_millis(250), live.recv()).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_comes_with_the_headers_that_installers_take() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    let response = get(&world, &claimed, &[]).await;
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(response.status(), 200);
    assert_eq!(header("content-type").as_deref(), Some("application/x-pkcs12"));
    let disposition = header("content-disposition").unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"") && disposition.ends_with(".p12\""),
        "{disposition}"
    );
    assert!(disposition.is_ascii());
    assert_eq!(header("accept-ranges").as_deref(), Some("bytes"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store, private"));
    let etag = header("etag").unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong entity tag: {etag}");
    for absent in ["content-encoding", "set-cookie", "vary", "last-modified", "transfer-encoding"] {
        assert_eq!(header(absent), None, "{absent}");
    }
    let length: usize = header("content-length").unwrap().parse().unwrap();
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes.len(), length);
    open_bundle(&bytes, &claimed.password);
    assert!(comes_to(&world, &invitation, "fetched").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fetch_gives_the_same_bytes_until_they_are_used_up() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    let first = get(&world, &claimed, &[]).await.bytes().await.unwrap();
    for n in 1..5 {
        assert_eq!(left(&world, &claimed).await, (5 - n).to_string());
        // A condition on the entity tag never makes an installer look at an empty 304.
        let etag = [("if-none-match", "*")];
        assert_eq!(get(&world, &claimed, &etag).await.bytes().await.unwrap(), first);
    }
    let ticket = world.browser().get(&claimed.ticket).await;
    assert!(ticket.has("#used-up") && ticket.has("#steps") && !ticket.has("a[href^='/d/']"));
    assert!(!ticket.text_of("#steps").unwrap().contains("証明書をダウンロード"), "there is no such button");
    let used_up = world.browser().get(&claimed.file).await;
    assert_eq!((used_up.status, used_up.mark("code").as_deref()), (410, Some("T-113")));
    assert!(used_up.text_of("#contact").unwrap().contains("03-1234-5678"));
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_is_not_fetching() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    for _ in 0..20 {
        let head = world.browser().send(Method::HEAD, &claimed.file, &[], None).await;
        assert_eq!((head.status, head.text.len()), (200, 0));
        world.browser().send(Method::OPTIONS, &claimed.file, &[], None).await;
        let beyond = world.browser().get_with(&claimed.file, &[("range", "bytes=999999-")]).await;
        assert_eq!((beyond.status, beyond.mark("code").as_deref()), (416, Some("T-211")));
        let length = head.header("content-length").unwrap();
        assert_eq!(beyond.header("content-range"), Some(format!("bytes */{length}").as_str()));
    }
    assert_eq!(left(&world, &claimed).await, "5");
    assert_eq!(world.standing(&invitation).await, "claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_served_as_the_rfc_has_them() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    let whole = get(&world, &claimed, &[]).await;
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    let whole = whole.bytes().await.unwrap();
    let length = whole.len();
    let last = format!("bytes {}-{}/{length}", length - 7, length - 1);
    for (headers, status, content_range, part) in [
        (vec![("range", "bytes=10-19")], 206, Some(format!("bytes 10-19/{length}")), 10..20),
        (vec![("range", "bytes=-7")], 206, Some(last), length - 7..length),
        (
            vec![("range", "bytes=100-"), ("if-range", &etag)],
            206,
            Some(format!("bytes 100-{}/{length}", length - 1)),
            100..length,
        ),
        (vec![("range", "bytes=100-"), ("if-range", "\"other\"")], 200, None, 0..length),
        (vec![("range", "bytes=5-9,20-29")], 200, None, 0..length),
    ] {
        let response = get(&world, &claimed, &headers).await;
        assert_eq!(response.status(), status, "{headers:?}");
        let told = response.headers().get("content-range").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(told, content_range, "{headers:?}");
        assert_eq!(response.headers()["etag"], etag.as_str());
        assert_eq!(response.bytes().await.unwrap(), whole.slice(part), "{headers:?}");
    }
    // The whole file three times, and once nearly so; small parts count apart.
    assert_eq!(left(&world, &claimed).await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_was_taken_up_again_is_whole() {
    for vouching in [false, true] {
        let world = World::new().await;
        let invitation = world.invite().await;
        let claimed = world.claim(&invitation).await;
        let first = get(&world, &claimed, &[("range", "bytes=0-99")]).await;
        let etag = first.headers()["etag"].to_str().unwrap().to_owned();
        let mut bytes = first.bytes().await.unwrap().to_vec();
        assert_eq!(world.standing(&invitation).await, "claimed");
        let mut headers = vec![("range", "bytes=100-")];
        headers.extend(vouching.then_some(("if-range", etag.as_str())));
        bytes.extend(get(&world, &claimed, &headers).await.bytes().await.unwrap());
        open_bundle(&bytes, &claimed.password);
        assert!(comes_to(&world, &invitation, "fetched").await);
        assert_eq!(left(&world, &claimed).await, "4", "it counts once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_without_its_beginning_is_not_whole() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    get(&world, &claimed, &[("range", "bytes=0-99")]).await.bytes().await.unwrap();
    get(&world, &claimed, &[("range", "bytes=200-")]).await.bytes().await.unwrap();
    get(&world, &claimed, &[("range", "bytes=-1")]).await.bytes().await.unwrap();
    assert_eq!(world.standing(&invitation).await, "claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_only_the_client_vouches_for_is_not_whole() {
    let world = World::new().await;
    for first in [None, Some("bytes=5-5"), Some("bytes=0-0")] {
        let invitation = world.invite().await;
        let claimed = world.claim(&invitation).await;
        let head = world.browser().send(Method::HEAD, &claimed.file, &[], None).await;
        let length: usize = head.header("content-length").unwrap().parse().unwrap();
        let etag = head.header("etag").unwrap().to_owned();
        if let Some(range) = first {
            get(&world, &claimed, &[("range", range)]).await.bytes().await.unwrap();
        }
        let last = format!("bytes={0}-{0}", length - 1);
        let end = get(&world, &claimed, &[("range", &last), ("if-range", &etag)]).await;
        assert_eq!((end.status().as_u16(), end.bytes().await.unwrap().len()), (206, 1));
        assert_eq!(left(&world, &claimed).await, "4");
        assert!(!comes_to_in(4, &world, &invitation, "fetched").await, "{first:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nearly_the_whole_file_again_is_a_fetch() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    let mut copies = 0;
    for _ in 0..40 {
        get(&world, &claimed, &[("range", "bytes=0-0")]).await.bytes().await.unwrap();
        let most = get(&world, &claimed, &[("range", "bytes=1-")]).await;
        copies += usize::from(most.status() == 206);
        most.bytes().await.unwrap();
    }
    assert!((1..=5).contains(&copies), "{copies} copies where five fetches are allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_fetch_can_be_continued() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    let mut bytes = Vec::new();
    for _ in 0..5 {
        let part = get(&world, &claimed, &[("range", "bytes=0-100")]).await;
        assert_eq!(part.status(), 206);
        bytes = part.bytes().await.unwrap().to_vec();
    }
    assert_eq!(left(&world, &claimed).await, "0");
    let rest = get(&world, &claimed, &[("range", "bytes=101-")]).await;
    assert_eq!(rest.status(), 206);
    bytes.extend(rest.bytes().await.unwrap());
    open_bundle(&bytes, &claimed.password);
    assert!(comes_to(&world, &invitation, "fetched").await);
    assert_eq!(get(&world, &claimed, &[("range", "bytes=0-100")]).await.status(), 410);
}

/// Asks for the file on a connection that can take only a little, reads `read` bytes of the answer, and hangs up.
fn abort(host: SocketAddr, path: &str, read: usize) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // The least that Linux allows, so that its TCP acknowledges no more than what is read, and a little.
    socket.set_recv_buffer_size(1).unwrap();
    socket.connect(&host.into()).unwrap();
    let mut stream = std::net::TcpStream::from(socket);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = vec![0; read];
    stream.read_exact(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_transfer_is_not_a_fetched_file() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    let path = claimed.file.split_once(&world.landing.to_string()).unwrap().1.to_owned();
    let mut live = world.authority.live();
    for _ in 0..3 {
        let (host, path) = (world.landing, path.clone());
        tokio::task::spawn_blocking(move || abort(host, &path, 1_000)).await.unwrap();
    }
    // The next transfer is whole, and is noted after the aborted ones had all their time.
    assert_eq!(world.standing(&invitation).await, "claimed");
    assert_eq!(left(&world, &claimed).await, "2");
    let whole = get(&world, &claimed, &[]).await.bytes().await.unwrap();
    open_bundle(&whole, &claimed.password);
    assert!(comes_to(&world, &invitation, "fetched").await);
    let mut fetched = 0;
    while let Ok(notice) = live.try_recv() {
        fetched += usize::from(format!("{:?}", notice.kind) == "Happened(Fetched)");
    }
    assert_eq!(fetched, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ticket_says_what_became_of_it() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    let before = world.browser().get(&claimed.ticket).await;
    assert!(!before.has("#fetched"));
    assert!(before.text_of("#left").unwrap().starts_with("18:10 まで（あと10分）、あと5回"));
    assert!(before.find("#file", "download").is_none());
    let file = world.browser().get(&claimed.file).await;
    assert_eq!(file.status, 200);
    // That it has arrived is known a moment after its last byte.
    assert!(comes_to(&world, &invitation, "fetched").await);
    world.clock.advance(jiff::SignedDuration::from_mins(11));
    let over = world.browser().get(&claimed.ticket).await;
    assert_eq!((over.status, over.mark("code").as_deref()), (410, Some("T-112")));
    assert_eq!(over.text_of("#from").as_deref(), Some("みどり医院"));
    // Who stands in the middle of the installation still sees how it goes on, and is sent to nothing that is gone.
    assert!(
        over.has("#steps li") && over.has("a#check") && !over.has("a#file") && !over.has("#bundle-password")
    );
    let Page { status, .. } = world.browser().get(&claimed.file).await;
    assert_eq!(status, 410);
}
