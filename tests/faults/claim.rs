//! Two daemons and one log.

use crate::appliance::Appliance;
use crate::support::binary::{Daemon, Folder};

#[test]
fn a_log_has_one_daemon_at_a_time() {
    let first = Appliance::new();
    let (daemon, _) = first.start_and_ask();
    let second = Appliance::with_log(Folder::new(), &first.log, "durable");
    let config = second.folder.write("payhsm.toml", second.config());
    let mut refused = Daemon::start(&["--config", config.to_str().unwrap()]);
    assert!(!refused.end().success());
    let sentence = format!("the audit log {} is in use by another daemon", first.log.display());
    assert!(refused.log.contain(&sentence), "{:#?}", refused.log.all());
    // The first one has not noticed, and when it has gone the second one may have the log.
    let mut caller = first.folder.host_client("client", daemon.address(true, None));
    assert!(caller.ask("NC").starts_with("ND00"));
    drop((caller, daemon));
    let (daemon, _) = second.start_and_ask();
    Appliance::stop(daemon);
}
