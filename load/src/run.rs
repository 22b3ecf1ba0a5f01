//! One run, from the command line to the report.

use crate::args::{Load, NullServer};
use indicatif::{ProgressBar, ProgressStyle};
use payhsm_client::{Client, Config, Credentials};
use payhsm_load::drive::{Plan, drive};
use payhsm_load::null_process::{self, NullProcess};
use payhsm_load::null_server::Settings;
use payhsm_load::prepare::{Kit, PrepareError, prepare};
use payhsm_load::report::{Conditions, Report};
use payhsm_load::target::{Quickstart, Target};
use payhsm_load::template::Request;
use payhsm_protocol::field::LmkId;
use std::error::Error;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

/// How long one side is driven before it is the other's turn.
const SLICE: Duration = Duration::from_millis(500);

/// The steps of a progress bar.
const STEPS: u64 = 1000;

type Outcome = Result<ExitCode, Box<dyn Error>>;

pub(crate) fn null_server(settings: NullServer) -> Outcome {
    let NullServer { port, plain, threads } = settings;
    null_process::serve(Settings { port, plain, threads: usize::from(threads) })?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run(load: &Load) -> Outcome {
    let Ends { target, tls } = Ends::find(load)?;
    let request = prepare_request(load, tls)?;
    let null = load.null.then(|| NullProcess::start(load.plain)).transpose()?;
    let null_target =
        null.as_ref().map(|null| null.announcement().target(target.dialect)).transpose()?;
    let targets: Vec<&Target> =
        [Some(&target), null_target.as_ref()].into_iter().flatten().collect();

    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = load.threads.unwrap_or_else(|| u16::try_from(processors).unwrap_or(u16::MAX));
    let plan = Plan {
        connections: load.connections,
        depth: load.depth,
        time: Duration::from_secs_f64(load.seconds),
        slice: SLICE,
        requests: load.requests,
        threads: threads.min(load.connections),
    };
    let bar = progress_bar();
    let tallies = drive(&plan, &request, &targets, |part| bar.set_position(steps(part)))?;
    bar.finish_and_clear();
    drop(null);

    let daemon = tallies.first().ok_or("nothing was measured")?;
    let report = Report::new(conditions(load, &target, &plan), daemon, tallies.get(1));
    let mut out = std::io::stdout().lock();
    if load.json {
        writeln!(out, "{}", report.to_json()?)?;
    } else {
        write!(out, "{report}")?;
    }
    out.flush()?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where the load goes, and how the preparations get there.
struct Ends {
    target: Target,
    tls: Option<Config>,
}

impl Ends {
    fn find(load: &Load) -> Result<Self, Box<dyn Error>> {
        let quickstart = load.quickstart.as_deref().map(Quickstart::read).transpose()?;
        let files = match (&load.ca, &load.cert, &load.key, &quickstart) {
            (Some(ca), Some(cert), Some(key), _) => Some((ca, cert, key)),
            (_, _, _, Some(quickstart)) => {
                Some((&quickstart.ca, &quickstart.certificate, &quickstart.private_key))
            }
            _ => None,
        };
        let credentials =
            files.map(|(ca, cert, key)| Credentials::from_pem_files(ca, cert, key)).transpose()?;
        let tls_address = match (&load.address, &quickstart) {
            // A plain port cannot be asked for keys; the quickstart's own TLS port can.
            (Some(address), _) if !load.plain => Some(address.clone()),
            (_, Some(quickstart)) => Some(quickstart.tls_address.clone()),
            (_, None) => None,
        };
        let name = match (&load.server_name, &quickstart, &tls_address) {
            (Some(name), _, _) => name.clone(),
            (None, Some(quickstart), _) => quickstart.server_name.clone(),
            (None, None, Some(address)) => host_of(address).to_owned(),
            (None, None, None) => String::new(),
        };
        let tls = tls_address.zip(credentials);
        let target = if load.plain {
            let plain = quickstart.as_ref().and_then(|one| one.plain_address.clone());
            Target::plain(load.address.clone().or(plain).ok_or("there is no plain port")?)
        } else {
            let (address, credentials) =
                tls.as_ref().ok_or("TLS needs --ca, --cert and --key, or --quickstart")?;
            Target::tls(address, &name, credentials, load.dialect.into())?
        };
        let tls = tls.map(|(address, credentials)| Config::new(address, name, credentials));
        Ok(Self { target, tls })
    }
}

/// The host of `host:port`, without the brackets of an IPv6 address.
fn host_of(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

fn prepare_request(load: &Load, tls: Option<Config>) -> Result<Request, PrepareError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(PrepareError::Runtime)?;
    runtime.block_on(async {
        let client = match tls {
            Some(config) => Some(Client::connect(config).await?),
            None => None,
        };
        prepare(load.command, &Kit::new(client, load.lmk.map(LmkId))).await
    })
}

fn conditions(load: &Load, target: &Target, plan: &Plan) -> Conditions {
    Conditions {
        command: load.command.name().to_owned(),
        dialect: target.dialect.name(),
        transport: target.transport(),
        connections: plan.connections,
        depth: plan.depth,
        threads: plan.threads,
        lmk: load.command.lmk(load.lmk.map(LmkId)).map(|id| id.0),
    }
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} / {duration}");
    let bar = ProgressBar::new(STEPS);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a part is between 0 and 1"
)]
fn steps(part: f64) -> u64 {
    (part.clamp(0.0, 1.0) * STEPS as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host_of("hsm.example:2500"), "hsm.example");
        assert_eq!(host_of("127.0.0.1:2500"), "127.0.0.1");
        assert_eq!(host_of("[::1]:2500"), "::1");
    }
}
