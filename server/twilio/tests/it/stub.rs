//! A small HTTP server in place of Twilio: every request is answered by a function, on loopback, one request a connection.

use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Runs a test and the servers that it starts, in one thread.
pub(crate) fn within<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(test)
}

/// What a function makes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    /// Status, further header lines (each with its end), body.
    Answer(u16, &'static str, String),
    /// A body that is shorter than its head says.
    BreakOff(u16),
    /// Closes without an answer.
    Close,
    /// Never answers, never closes.
    Hang,
}

/// The server; ends with its test.
pub(crate) struct Stub {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    pub(crate) async fn new<F, B>(behave: F) -> Self
    where
        F: Fn(Seen) -> B + Send + Sync + 'static,
        B: Future<Output = Behaviour> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, behave) = (Arc::clone(&seen), Arc::new(behave));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, behave) = (Arc::clone(&log), Arc::clone(&behave));
                tokio::spawn(async move {
                    serve(stream, &log, &*behave).await;
                });
            }
        });
        Self { base, seen }
    }

    /// One that answers every request alike.
    pub(crate) async fn always(behaviour: Behaviour) -> Self {
        Self::new(move |_| std::future::ready(behaviour.clone())).await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

async fn serve<F, B>(mut stream: TcpStream, log: &Mutex<Vec<Seen>>, behave: &F)
where
    F: Fn(Seen) -> B,
    B: Future<Output = Behaviour>,
{
    let Some(seen) = read(&mut stream).await else {
        return;
    };
    log.lock().expect("not poisoned").push(seen.clone());
    let answer = match behave(seen).await {
        Behaviour::Answer(status, headers, body) => {
            let length = body.len();
            let head = "content-type: application/json\r\nconnection: close";
            format!(
                "HTTP/1.1 {status} X\r\n{head}\r\n{headers}content-length: {length}\r\n\r\n{body}"
            )
        }
        Behaviour::BreakOff(status) => {
            format!("HTTP/1.1 {status} X\r\ncontent-length: 100\r\n\r\n{{\"sid\":")
        }
        Behaviour::Close => return,
        Behaviour::Hang => {
            // Until the other end gives up.
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
    };
    // The other end may have gone.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// `None` when what came is no request.
async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let headers = lines.filter_map(|line| line.split_once(':'));
    let mut seen = Seen {
        method,
        target,
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect(),
        body: String::new(),
    };
    let length = seen
        .header("content-length")
        .map_or(Some(0), |text| text.parse().ok())?;
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = String::from_utf8(body).ok()?;
    Some(seen)
}
