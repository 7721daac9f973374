//! A proxy between a store and its Redis that loses or holds back what passes, as networks do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[derive(Default)]
struct Orders {
    lose_an_answer: AtomicBool,
    hold_a_request: AtomicBool,
    held: Notify,
    released: Notify,
    arrived: Notify,
}

pub struct Proxy {
    pub port: u16,
    orders: Arc<Orders>,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let orders = Arc::new(Orders::default());
        let shared = Arc::clone(&orders);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, orders }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Cuts the connection on which the next answer comes, before it is passed on.
    pub fn lose_the_next_answer(&self) {
        self.orders.lose_an_answer.store(true, Ordering::SeqCst);
    }

    /// Keeps the next request until [`Proxy::release`], even when the client has hung up.
    pub fn hold_the_next_request(&self) {
        self.orders.hold_a_request.store(true, Ordering::SeqCst);
    }

    /// Waits until a request is held.
    pub async fn held(&self) {
        self.orders.held.notified().await;
    }

    /// Passes on what was held, and waits for Redis's answer to it.
    pub async fn release(&self) {
        self.orders.released.notify_one();
        self.orders.arrived.notified().await;
    }
}

async fn carry(client: TcpStream, server: u16, orders: Arc<Orders>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let upward = Arc::clone(&orders);
    let held = Arc::new(AtomicBool::new(false));
    let is_held = Arc::clone(&held);
    let up = tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            if upward.hold_a_request.swap(false, Ordering::SeqCst) {
                is_held.store(true, Ordering::SeqCst);
                upward.held.notify_one();
                upward.released.notified().await;
            }
            if to_server.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        if held.load(Ordering::SeqCst) {
            orders.arrived.notify_one();
        }
        if orders.lose_an_answer.swap(false, Ordering::SeqCst) {
            break;
        }
        // A client that has hung up does not end what is still on its way to the server.
        let _ = to_client.write_all(&buffer[..length]).await;
    }
    up.abort();
}
