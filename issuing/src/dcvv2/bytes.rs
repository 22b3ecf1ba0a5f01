//! The bytes of a row.

use super::{Dcvv2Row, Digits, HIGHEST_NUMBER, Issue, LastResult, Merchant, Method, Mode};
use crate::row::{Reader, Row, RowError, Writer};
use zeroize::Zeroizing;

impl Mode {
    /// 0, 1 or 2.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Static => 0,
            Self::Dynamic => 1,
            Self::DynamicWithFallback => 2,
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        match reader.u8()? {
            0 => Ok(Self::Static),
            1 => Ok(Self::Dynamic),
            2 => Ok(Self::DynamicWithFallback),
            _ => Err(RowError::Malformed),
        }
    }
}

impl Method {
    /// 1 or 2.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Cvv7 => 1,
            Self::Hmac => 2,
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        match reader.u8()? {
            1 => Ok(Self::Cvv7),
            2 => Ok(Self::Hmac),
            _ => Err(RowError::Malformed),
        }
    }
}

impl Digits {
    fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        match reader.u8()? {
            3 => Ok(Self::Three),
            4 => Ok(Self::Four),
            _ => Err(RowError::Malformed),
        }
    }
}

impl Merchant {
    fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        let id = std::str::from_utf8(reader.bytes()?).map_err(|_| RowError::Malformed)?;
        let merchant = Self::new(id).map_err(|_| RowError::Malformed)?;
        // Blanks at the end would be written otherwise.
        if merchant.as_str() == id { Ok(merchant) } else { Err(RowError::Malformed) }
    }
}

impl Issue {
    fn put(writer: Writer, issue: &Self) -> Writer {
        writer
            .u32(issue.number)
            .u8(issue.method.number())
            .u8(issue.digits.count())
            .u64(issue.issued_at)
            .u64(issue.expires_at)
            .u8(issue.tries_left)
            .u8(issue.uses_left)
            .option(issue.window, Writer::u32)
            .option(issue.bound.as_ref(), |writer, id| writer.bytes(id.as_str().as_bytes()))
            .flag(issue.withdrawn)
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        let issue = Self {
            number: reader.u32()?,
            method: Method::take(reader)?,
            digits: Digits::take(reader)?,
            issued_at: reader.u64()?,
            expires_at: reader.u64()?,
            tries_left: reader.u8()?,
            uses_left: reader.u8()?,
            window: reader.option(Reader::u32)?,
            bound: reader.option(Merchant::take)?,
            withdrawn: reader.flag()?,
        };
        let legal = (1..=HIGHEST_NUMBER).contains(&issue.number);
        if legal { Ok(issue) } else { Err(RowError::Malformed) }
    }
}

impl Row for Dcvv2Row {
    const KIND: u8 = 2;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let last_result = self.last_result.map(|result| match result {
            LastResult::Wrong => false,
            LastResult::Right => true,
        });
        Writer::new(96)
            .u8(self.mode.number())
            .u32(self.counter)
            .u64(self.last_seen)
            .option(last_result, Writer::flag)
            .option(self.issue.as_ref(), Issue::put)
            .done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self {
            mode: Mode::take(&mut reader)?,
            counter: reader.u32()?,
            last_seen: reader.u64()?,
            last_result: reader
                .option(Reader::flag)?
                .map(|right| if right { LastResult::Right } else { LastResult::Wrong }),
            issue: reader.option(Issue::take)?,
        };
        let legal = row.counter <= HIGHEST_NUMBER;
        reader.done(row, legal)
    }
}
