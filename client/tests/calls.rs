//! Calls over a connection that works, and over one that does not.

#[cfg(test)]
mod common;

use common::{Peer, connected};
use payhsm_client::CallError;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::field::{Bytes, LmkId};
use std::time::{Duration, Instant};

fn echo(data: &[u8]) -> Echo {
    Echo { data: Bytes(data.to_vec()) }
}

async fn echo_all(mut peer: Peer) {
    while let Some(got) = peer.next().await {
        let answer = got.echo();
        peer.send(&answer).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_come_back_in_any_order() {
    let client = connected(async |mut peer: Peer| {
        loop {
            let mut answers = Vec::new();
            for _ in 0..100 {
                let Some(got) = peer.next().await else { return };
                answers.push(got.echo());
            }
            answers.reverse();
            peer.send(&answers.concat()).await;
        }
    })
    .await;
    for _ in 0..20 {
        let calls: Vec<_> = (0..100_u32)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    let answer = client.call(&echo(&number.to_be_bytes())).await.unwrap();
                    assert_eq!(answer.reply.data.0, number.to_be_bytes());
                    assert_eq!(answer.warning, None);
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_lmk_travels_in_front() {
    let client = connected(async |mut peer: Peer| {
        while let Some(got) = peer.next().await {
            // Tell what came in, as the data of an echo.
            let head = [4, got.body[0], got.body[1], got.body[2], got.body[3]];
            let answer = got.reply(*b"00", &head);
            peer.send(&answer).await;
        }
    })
    .await;
    let request = echo(b"abc");
    let plain = client.call(&request).await.unwrap().reply.data.0.clone();
    assert_eq!(plain, b"\x00\x03ab");
    let named = client.on_lmk(LmkId(7)).call(&request).await.unwrap().reply.data.0.clone();
    assert_eq!(named, b"\x01\x07\x03a");
    let once = client.call_with(Some(LmkId(99)), &request).await.unwrap().reply.data.0.clone();
    assert_eq!(once, b"\x01\x63\x03a");
}

#[tokio::test]
async fn refusals_warnings_and_failures_are_told_apart() {
    let client = connected(async |mut peer: Peer| {
        while let Some(got) = peer.next().await {
            let answer = match got.body[2] {
                b'r' => got.reply(*b"A6", b""),
                b'w' => got.reply(*b"02", &got.body[1..]),
                b'u' => got.reply(*b"zz", b""),
                b'm' => got.reply(*b"00", b"\x09short"),
                _ => got.echo(),
            };
            peer.send(&answer).await;
        }
    })
    .await;
    let refused = client.call(&echo(b"r")).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(ErrorCode::KeyBlockUsage));
    assert!(refused.is_refusal());
    let warned = client.call(&echo(b"w")).await.unwrap();
    assert_eq!(warned.warning, Some(ErrorCode::KeyLengthWarning));
    assert_eq!(warned.reply.data.0, b"w");
    let unknown = client.call(&echo(b"u")).await.unwrap_err();
    assert_eq!(unknown, CallError::UnknownCode(*b"zz"));
    assert!(!unknown.is_refusal());
    assert_eq!(client.call(&echo(b"m")).await.unwrap_err(), CallError::Malformed);
    // A reply that makes no sense to one call leaves the connection to the others.
    assert_eq!(client.call(&echo(b"x")).await.unwrap().reply.data.0, b"x");
}

#[tokio::test]
async fn a_late_reply_is_dropped_quietly() {
    let client = connected(async |mut peer: Peer| {
        assert_eq!(peer.number, 0, "the connection must survive");
        let late = peer.next().await.unwrap();
        tokio::time::sleep(Duration::from_millis(1700)).await;
        peer.send(&late.echo()).await;
        echo_all(peer).await;
    })
    .await;
    let since = Instant::now();
    assert_eq!(client.call(&echo(b"late")).await.unwrap_err(), CallError::Timeout);
    assert!((1400..2000).contains(&since.elapsed().as_millis()));
    assert_eq!(client.call(&echo(b"next")).await.unwrap().reply.data.0, b"next");
}

#[tokio::test]
async fn calls_in_flight_are_lost_and_later_ones_wait_for_the_new_connection() {
    let client = connected(async |mut peer: Peer| {
        if peer.number == 0 {
            peer.next().await.unwrap();
            return; // the connection closes with the request unanswered
        }
        echo_all(peer).await;
    })
    .await;
    let lost = client.call(&echo(b"lost")).await.unwrap_err();
    assert_eq!(lost, CallError::ConnectionLost);
    assert!(!lost.is_refusal());
    assert_eq!(client.call(&echo(b"again")).await.unwrap().reply.data.0, b"again");
}

#[tokio::test]
async fn a_silent_peer_is_given_up() {
    let client = connected(async |mut peer: Peer| {
        if peer.number > 0 {
            return echo_all(peer).await;
        }
        while peer.next().await.is_some() {}
    })
    .await;
    let since = Instant::now();
    while client.call(&echo(b"anyone?")).await.is_err() {
        assert!(since.elapsed() < Duration::from_secs(9));
    }
}

#[tokio::test]
async fn frames_that_cannot_be_end_the_connection() {
    for nonsense in [&b"\xff\xff\xff\xff"[..], b"\x00\x00\x00\x00", b"\x00\x01\x00\x01aaaaaaaa"] {
        let client = connected(async move |mut peer: Peer| {
            if peer.number == 0 {
                peer.next().await.unwrap();
                peer.send(nonsense).await;
                peer.next().await; // until the client hangs up
                return;
            }
            echo_all(peer).await;
        })
        .await;
        assert_eq!(client.call(&echo(b"x")).await.unwrap_err(), CallError::Malformed);
        assert_eq!(client.call(&echo(b"y")).await.unwrap().reply.data.0, b"y");
    }
}

#[tokio::test]
async fn only_what_fits_is_sent() {
    let client = connected(echo_all).await;
    let most = 64 * 1024 - 6 - 1 - 3; // id and code, LMK, length of the data
    let answer = client.call(&echo(&vec![7; most - 2])).await.unwrap();
    assert_eq!(answer.reply.data.0.len(), most - 2);
    for size in [most + 1, 64 * 1024, 64 * 1024 + 1, 1 << 20] {
        assert_eq!(client.call(&echo(&vec![7; size])).await.unwrap_err(), CallError::TooLarge);
    }
}

#[tokio::test]
async fn few_places_serve_many_calls() {
    let authority = common::Authority::new();
    let address = common::serve(authority.server(b"payhsm/1"), echo_all).await;
    let mut config = common::config(address, authority.credentials(&authority));
    config.in_flight = 3;
    let client = payhsm_client::Client::connect(config).await.unwrap();
    let calls: Vec<_> = (0..50_u8)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                client.call(&echo(&[number])).await.unwrap().reply.data.0.clone()
            })
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.unwrap(), [u8::try_from(number).unwrap()]);
    }
}

#[tokio::test]
async fn the_connection_closes_with_the_last_client() {
    let (sender, mut closed) = tokio::sync::mpsc::channel(1);
    let client = connected(move |mut peer: Peer| {
        let sender = sender.clone();
        async move {
            while peer.next().await.is_some() {}
            sender.send(()).await.unwrap();
        }
    })
    .await;
    let second = client.clone();
    drop(client);
    assert!(closed.try_recv().is_err());
    drop(second);
    tokio::time::timeout(Duration::from_secs(2), closed.recv()).await.unwrap().unwrap();
}
