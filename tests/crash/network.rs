//! The network between nodes and Redis: delays, holes that swallow everything, connections that are reset.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Default)]
struct Weather {
    /// How long everything is held back, in milliseconds.
    delay: AtomicU64,
    /// Nothing comes through; it is not lost, as TCP would send it again.
    hole: AtomicBool,
}

pub struct Network {
    pub port: u16,
    weather: Arc<Weather>,
    resets: watch::Sender<u64>,
    _runtime: tokio::runtime::Runtime,
}

impl Network {
    /// A way to the server on this port.
    pub fn to(server: u16) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let weather = Arc::new(Weather::default());
        let (resets, reset) = watch::channel(0);
        let shared = Arc::clone(&weather);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&shared), reset.clone()));
            }
        });
        Self { port, weather, resets, _runtime: runtime }
    }

    /// Resets every connection.
    pub fn reset(&self) {
        self.resets.send_modify(|number| *number += 1);
    }

    /// Holds everything back for so long from now on.
    pub fn delay(&self, length: Duration) {
        self.weather.delay.store(u64::try_from(length.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Lets nothing through, or everything again.
    pub fn swallow(&self, everything: bool) {
        self.weather.hole.store(everything, Ordering::Relaxed);
    }
}

async fn carry(client: TcpStream, server: u16, weather: Arc<Weather>, mut reset: watch::Receiver<u64>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    for end in [&client, &server] {
        end.set_nodelay(true).unwrap();
        // Closed with a reset, so that nobody waits for the rest.
        SockRef::from(end).set_linger(Some(Duration::ZERO)).unwrap();
    }
    reset.mark_unchanged();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pass(from_client, to_server, &weather) => {}
        () = pass(from_server, to_client, &weather) => {}
        _ = reset.changed() => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: &Weather) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(Duration::from_millis(weather.delay.load(Ordering::Relaxed))).await;
        while weather.hole.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
