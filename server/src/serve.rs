//! Puts the parts together: store, driver, HTTP; recovers when the store was lost; drains at the end.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use policy_file::PolicyFile;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};
use twilio::BaseUrl;
use twilio::rest::Client;
use twilio::signature::Verifier;

use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::config::Settings;
use crate::core::Order;
use crate::driver::{Committed, Delivery, DriverError, Inbox, RecoverError, Recovered, Setup};
use crate::http::{App, router};
use crate::metrics::Metrics;
use crate::store::{LOOKED_AT, LeaseError, Store, StoreError};
use crate::voice::{Addresses, Markup};

/// Commits that a slow listener may fall behind.
const BEHIND: usize = 1_024;
/// Between two attempts to go on from a store that does not answer.
const AGAIN: Duration = Duration::from_millis(500);

/// Why it does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The policy of a new store.
    #[error("{0}")]
    Policy(policy_file::FileErrors),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it holds.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// The carrier's client.
    #[error("the carrier: {0}")]
    Carrier(String),
    /// The socket.
    #[error("{0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
}

/// A server that listens.
pub struct Server {
    /// Where.
    pub address: std::net::SocketAddr,
    app: App,
    client: Option<Client>,
    listener: TcpListener,
    store: Arc<Store>,
    setup: Setup,
    recovered: Option<Recovered>,
    inbox: mpsc::Receiver<Delivery>,
    orders: mpsc::UnboundedSender<Order>,
    to_carrier: Option<mpsc::UnboundedReceiver<Order>>,
}

impl Server {
    /// Opens the store, recovers and listens; serves nothing yet.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub async fn start(settings: &Settings) -> Result<Server, ServeError> {
        let (text, name) = &settings.policy;
        let policy = PolicyFile::parse(text, name).map_err(ServeError::Policy)?;
        let setup = Setup {
            policy: (text.clone(), policy),
            manners: settings.manners,
            holder: holder(),
        };
        let store = Arc::new(Store::open(&settings.database, &settings.site).await?);
        let recovered = lead(&store, &setup).await?;
        let clock = Arc::new(recovered.clock());
        let (inbox, receiver) = Inbox::new(Arc::clone(&clock));
        let (orders, to_carrier) = mpsc::unbounded_channel();
        let (committed, _) = broadcast::channel(BEHIND);
        let client = match &settings.carrier {
            Some(carrier) => {
                let client = Client::new(carrier.clone());
                Some(client.map_err(|error| ServeError::Carrier(error.to_string()))?)
            }
            None => None,
        };
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|error| ServeError::Listen(settings.listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| ServeError::Listen(settings.listen, error))?;
        let base = match &settings.base {
            Some(base) => base.clone(),
            None => BaseUrl::parse(&format!("http://{address}"))
                .map_err(|error| ServeError::Carrier(error.to_string()))?,
        };
        let keys = settings.keys.clone();
        let verifier = keys.map(|keys| Arc::new(Verifier::new(base.clone(), keys)));
        let app = App {
            inbox,
            store: Arc::clone(&store),
            clock,
            markup: Arc::new(Markup {
                addresses: Addresses::new(base),
                words: settings.words,
                voice: settings.voice.clone(),
                music: settings.music.clone(),
            }),
            verifier,
            tokens: Arc::new(settings.tokens.clone()),
            committed,
            is_ready: Arc::new(AtomicBool::new(false)),
            metrics: Arc::new(Metrics::default()),
        };
        Ok(Server {
            address,
            app,
            client,
            listener,
            store,
            setup,
            recovered: Some(recovered),
            inbox: receiver,
            orders,
            to_carrier: Some(to_carrier),
        })
    }

    /// What handlers share.
    #[must_use]
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Commands as they come, for whoever carries them out.
    #[must_use]
    pub fn take_orders(&mut self) -> Option<mpsc::UnboundedReceiver<Order>> {
        self.to_carrier.take()
    }

    /// Serves until `stop`, then drains.
    ///
    /// # Errors
    /// The store can no longer be gone on from.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let Server {
            app,
            listener,
            store,
            setup,
            recovered,
            inbox,
            orders,
            client,
            to_carrier,
            ..
        } = self;
        if let Some(to_carrier) = to_carrier {
            let addresses = app.markup.addresses.clone();
            let carrier = Carrier::new(client, addresses, app.inbox.clone());
            // It ends with the driver, which has the other side.
            tokio::spawn(carrier.run(to_carrier));
        }
        let inbox_of_app = app.inbox.clone();
        let is_ready = Arc::clone(&app.is_ready);
        let mut driven = Ends(tokio::spawn(drive(Drive {
            store,
            setup,
            clock: Arc::clone(&app.clock),
            orders,
            committed: app.committed.clone(),
            metrics: Arc::clone(&app.metrics),
            is_ready: Arc::clone(&is_ready),
            recovered,
            inbox,
        })));
        let stopping = Arc::clone(&is_ready);
        let served = axum::serve(listener, router(app)).with_graceful_shutdown(async move {
            stop.await;
            // Load balancers look at this first.
            stopping.store(false, Ordering::Relaxed);
        });
        if let Err(error) = served.await {
            tracing::error!(%error, "the listener failed");
        }
        // No request comes any more: the driver writes what is left and ends.
        inbox_of_app.stop().await;
        match (&mut driven.0).await {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(%error, "the driver's task failed");
                Ok(())
            }
        }
    }
}

/// A task that ends with whoever waits for it.
struct Ends<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Ends<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Drive {
    store: Arc<Store>,
    setup: Setup,
    clock: Arc<Clock>,
    orders: mpsc::UnboundedSender<Order>,
    committed: broadcast::Sender<Committed>,
    metrics: Arc<Metrics>,
    is_ready: Arc<AtomicBool>,
    recovered: Option<Recovered>,
    inbox: mpsc::Receiver<Delivery>,
}

/// Drives; goes back to the journal whenever what is believed may differ from what is written.
async fn drive(mut of: Drive) -> Result<(), ServeError> {
    let _counted = Ends(tokio::spawn(count(
        of.committed.subscribe(),
        Arc::clone(&of.metrics),
    )));
    loop {
        let recovered = match of.recovered.take() {
            Some(recovered) => recovered,
            None => match lead(&of.store, &of.setup).await {
                Ok(recovered) => recovered,
                Err(RecoverError::Sql(error)) => {
                    tracing::error!(%error, "the store does not answer");
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(error) => return Err(ServeError::from(error)),
            },
        };
        tracing::info!(rows = recovered.n_rows, "recovered");
        let mut driver = recovered.drive(
            Arc::clone(&of.store),
            Arc::clone(&of.clock),
            of.inbox,
            of.orders.clone(),
            of.committed.clone(),
        );
        of.is_ready.store(true, Ordering::Relaxed);
        let ended = driver.run().await;
        of.is_ready.store(false, Ordering::Relaxed);
        of.inbox = driver.into_inbox();
        match ended {
            Ok(()) => return Ok(()),
            Err(error) => {
                of.metrics.recoveries.inc();
                tracing::error!(%error, "back to the journal");
                if let DriverError::Store(_) | DriverError::Lease(_) = error {
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }
}

/// Recovers as soon as nobody else leads.
async fn lead(store: &Store, setup: &Setup) -> Result<Recovered, RecoverError> {
    let mut is_told = false;
    loop {
        match Recovered::read(store, setup).await {
            Err(RecoverError::Lease(LeaseError::Taken)) => {
                if !is_told {
                    tracing::info!("another server leads this site; standing by");
                    is_told = true;
                }
                tokio::time::sleep(LOOKED_AT).await;
            }
            other => return other,
        }
    }
}

async fn count(mut committed: broadcast::Receiver<Committed>, metrics: Arc<Metrics>) {
    loop {
        match committed.recv().await {
            Ok(one) => metrics.committed(&one),
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// A name that no other process has.
fn holder() -> String {
    let mut bytes = [0; 8];
    // Two of the same name would need the same process id as well.
    let _ = getrandom::fill(&mut bytes);
    format!(
        "{}-{}",
        std::process::id(),
        policy_file::policy::hex(&bytes)
    )
}
