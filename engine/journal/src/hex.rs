//! Bytes as hexadecimal digits, in lower case only: a value has one spelling, so that any changed
//! digit is another value or none.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends two digits per byte.
pub(crate) fn push(text: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// The bytes that exactly these digits spell.
#[inline]
pub(crate) fn read<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    let mut wrong = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        wrong |= high | low;
        *byte = high << 4 | low & 15;
    }
    (wrong < 16).then_some(bytes)
}

/// A digit's value; 255 for what is none.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut k = 0;
    while k < 16 {
        values[DIGITS[k] as usize] = k as u8;
        k += 1;
    }
    values
};

/// For `#[serde(with)]`: an array of bytes as a string of digits.
pub(crate) mod bytes {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut text = Vec::with_capacity(2 * N);
        super::push(&mut text, bytes);
        serializer.serialize_str(&String::from_utf8_lossy(&text))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        super::read(text.as_bytes())
            .ok_or_else(|| D::Error::custom(format!("expected {} digits of 0-9, a-f", 2 * N)))
    }
}

/// For `#[serde(with)]`: a digest of two words as a string of digits, the first word first.
pub(crate) mod words {
    use serde::de::Deserializer;
    use serde::ser::Serializer;

    pub(crate) fn serialize<S: Serializer>(
        words: &[u64; 2],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        super::bytes::serialize(&super::bytes_of(*words), serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u64; 2], D::Error> {
        super::bytes::deserialize(deserializer).map(super::words_of)
    }
}

/// A digest's bytes, in the order of its digits.
pub(crate) fn bytes_of(words: [u64; 2]) -> [u8; 16] {
    let joined = u128::from(words[0]) << 64 | u128::from(words[1]);
    joined.to_be_bytes()
}

/// The digest with these bytes.
pub(crate) fn words_of(bytes: [u8; 16]) -> [u64; 2] {
    let joined = u128::from_be_bytes(bytes);
    [(joined >> 64) as u64, joined as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_spelling() {
        let all: [u8; 256] = core::array::from_fn(|k| k as u8);
        let mut text = Vec::new();
        push(&mut text, &all);
        assert_eq!(read::<256>(&text), Some(all));
        for k in 0..text.len() {
            for bit in 0..8 {
                text[k] ^= 1 << bit;
                assert_ne!(read::<256>(&text), Some(all));
                text[k] ^= 1 << bit;
            }
        }
        assert_eq!(read::<1>(b"0"), None);
        assert_eq!(read::<1>(b"000"), None);
        assert_eq!(read::<1>(b"0A"), None);
    }

    #[test]
    fn digests_are_spelt_first_word_first() {
        let words = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];
        let mut text = Vec::new();
        push(&mut text, &bytes_of(words));
        assert_eq!(text, b"0123456789abcdeffedcba9876543210");
        assert_eq!(read(&text).map(words_of), Some(words));
    }
}
