//! Connections that a client holds without saying anything more, seen from raw sockets.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::world::World;

/// Sends these bytes, then only listens, and gives everything that came until the server closed the connection.
async fn until_closed(world: &World, bytes: &'static str) -> String {
    let host = world.landing;
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map(|_| String::from_utf8_lossy(&answer).into_owned())
    });
    answer.await.unwrap().unwrap_or_else(|error| format!("still open ({error})"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_reads_does_not_hold_the_connection() {
    let world = World::new().await;
    for (request, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "200"),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "200"),
        ("OPTIONS / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "204"),
        ("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "405"),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "415"),
        ("POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "404"),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nPurpose: prefetch\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            "503",
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\na", "200"),
    ] {
        let answer = until_closed(&world, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
        assert!(answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{request}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_read_keeps_the_connection() {
    let world = World::new().await;
    let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let host = world.landing;
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "{post}Content-Length: 6\r\n\r\nform=x").unwrap();
        write!(stream, "{post}Transfer-Encoding: chunked\r\n\r\n6\r\nform=x\r\n0\r\n\r\n").unwrap();
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 2, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_requests_and_takes_no_answers_is_let_go() {
    let world = World::new().await;
    let host = world.landing;
    let end = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(host).unwrap();
        // Both ends' buffers fill up; then a write waits until the server closes, or this long.
        stream.set_write_timeout(Some(Duration::from_secs(40))).unwrap();
        let requests = "GET /help HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
        (0..100_000).find_map(|_| stream.write_all(requests.as_bytes()).err()).map(|error| error.kind())
    });
    let end = end.await.unwrap();
    assert!(matches!(end, Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)), "{end:?}");
    // Everybody else is served as before.
    assert_eq!(world.browser().get(&world.landing("/healthz")).await.status, 200);
}
