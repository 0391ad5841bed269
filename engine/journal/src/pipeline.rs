//! Reads ahead: lines are read and verified on a thread of their own, while the rows before them are
//! used on this one.

use std::fmt;
use std::io::BufRead;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use crate::fault::Refused;
use crate::header::Header;
use crate::reader::Reader;
use crate::row::Row;

/// Rows handed over at once.
const BATCH: usize = 2048;

/// Batches read ahead: memory is bounded, and neither side waits for the other's short stops.
const AHEAD: usize = 8;

enum Message {
    Rows(Vec<Row>),
    Failed(Refused),
    End,
}

/// A reader that is ahead of its user. Dropping it stops it.
pub struct Pipeline {
    header: Header,
    full: Receiver<Message>,
    empty: Sender<Vec<Row>>,
    thread: Option<JoinHandle<()>>,
    is_over: bool,
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").finish_non_exhaustive()
    }
}

impl Pipeline {
    /// Reads the header and begins to read rows.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open<R: BufRead + Send + 'static>(input: R) -> Result<Self, Refused> {
        let reader = Reader::open(input)?;
        let header = reader.header().clone();
        let (give, full) = sync_channel(AHEAD);
        let (empty, take) = channel();
        let thread = std::thread::spawn(move || read_ahead(reader, &give, &take));
        Ok(Pipeline {
            header,
            full,
            empty,
            thread: Some(thread),
            is_over: false,
        })
    }

    /// What the engine was before the first row.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next rows in `rows`, in place of those that were there; false after the last.
    ///
    /// # Errors
    /// As [`Reader::next_row`]; every row before it was given.
    pub fn next_rows(&mut self, rows: &mut Vec<Row>) -> Result<bool, Refused> {
        rows.clear();
        if self.is_over {
            return Ok(false);
        }
        match self.full.recv() {
            Ok(Message::Rows(next)) => {
                // The thread has gone when everything is read; then nobody needs the memory.
                let _ = self.empty.send(std::mem::replace(rows, next));
                Ok(true)
            }
            Ok(Message::End) => {
                self.is_over = true;
                Ok(false)
            }
            Ok(Message::Failed(refused)) => {
                self.is_over = true;
                Err(refused)
            }
            Err(_) => {
                self.is_over = true;
                if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
                    resume_unwind(panic);
                }
                Ok(false)
            }
        }
    }
}

/// Until everything is read, or nobody listens any more.
fn read_ahead<R: BufRead>(
    mut reader: Reader<R>,
    give: &SyncSender<Message>,
    take: &Receiver<Vec<Row>>,
) {
    loop {
        let mut rows = take.try_recv().unwrap_or_default();
        rows.reserve(BATCH);
        let end = loop {
            match reader.next_row() {
                Ok(Some(row)) => {
                    rows.push(row);
                    if rows.len() == BATCH {
                        break None;
                    }
                }
                Ok(None) => break Some(Message::End),
                Err(refused) => break Some(Message::Failed(refused)),
            }
        };
        if give.send(Message::Rows(rows)).is_err() {
            return;
        }
        if let Some(end) = end {
            // Nobody may be listening any more; then nobody misses it.
            let _ = give.send(end);
            return;
        }
    }
}
