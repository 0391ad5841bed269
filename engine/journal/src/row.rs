//! One row and its text. A row has exactly one text, written and read here:
//! `{"seq":1,"at":0,"epoch":1,"input":{..},"outputs":"<32 digits>"}`, the input as serde spells it.
//!
//! Read by hand up to the input: at millions of rows a day or a replay, a general parser of the
//! whole line costs more than the engine's step.

use engine::{Input, Timestamp};

use crate::hex;

/// One step of the engine.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The row's number, from 1, without gaps.
    pub seq: u64,
    /// When the step was: the `now` the engine was given. Never before the row before it.
    pub at: Timestamp,
    /// Which leader wrote it; grows with each.
    pub epoch: u64,
    /// What the engine was told. `None`: it was only looked at (`advance_to`), and timers acted.
    pub input: Option<Input>,
    /// The digest of all outputs up to and with this step. Opaque here.
    pub outputs: [u64; 2],
}

/// From the end of the input to the end of the text.
const TAIL: usize = r#","outputs":""}"#.len() + 32;

impl Row {
    /// Appends the row's text.
    pub(crate) fn write(&self, text: &mut Vec<u8>) -> Result<(), String> {
        text.extend_from_slice(b"{\"seq\":");
        push_number(text, self.seq);
        text.extend_from_slice(b",\"at\":");
        push_number(text, self.at.0);
        text.extend_from_slice(b",\"epoch\":");
        push_number(text, self.epoch);
        text.extend_from_slice(b",\"input\":");
        serde_json::to_writer(&mut *text, &self.input).map_err(|error| error.to_string())?;
        text.extend_from_slice(b",\"outputs\":\"");
        hex::push(text, &hex::bytes_of(self.outputs));
        text.extend_from_slice(b"\"}");
        Ok(())
    }

    /// The row with this text.
    pub(crate) fn read(text: &[u8]) -> Result<Row, String> {
        let mut left = text;
        let seq = number(&mut left, b"{\"seq\":")?;
        let at = Timestamp(number(&mut left, b",\"at\":")?);
        let epoch = number(&mut left, b",\"epoch\":")?;
        skip(&mut left, b",\"input\":")?;
        let Some((input, mut tail)) = left
            .len()
            .checked_sub(TAIL)
            .and_then(|end| left.split_at_checked(end))
        else {
            return Err("it is too short".to_owned());
        };
        skip(&mut tail, b",\"outputs\":\"")?;
        let digits = tail.strip_suffix(b"\"}").unwrap_or_default();
        let outputs = hex::read(digits)
            .map(hex::words_of)
            .ok_or("expected 32 digits as `outputs`")?;
        let input = serde_json::from_slice(input).map_err(|error| format!("its input: {error}"))?;
        Ok(Row {
            seq,
            at,
            epoch,
            input,
            outputs,
        })
    }
}

fn push_number(text: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[at..]);
}

fn skip(left: &mut &[u8], word: &[u8]) -> Result<(), String> {
    *left = left
        .strip_prefix(word)
        .ok_or_else(|| format!("expected `{}`", String::from_utf8_lossy(word)))?;
    Ok(())
}

fn number(left: &mut &[u8], key: &[u8]) -> Result<u64, String> {
    skip(left, key)?;
    let n = left.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = left.split_at(n);
    let has_one_spelling = n == 1 || digits.first().is_some_and(|first| *first != b'0');
    let value = digits.iter().try_fold(0u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    });
    *left = rest;
    value
        .filter(|_| has_one_spelling)
        .ok_or_else(|| format!("expected a number after `{}`", String::from_utf8_lossy(key)))
}
