//! `[monitoring]`: where monitors ask how it is.

use super::Config;
use serde::Deserialize;
use std::net::SocketAddr;

/// The section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MonitoringSection {
    /// Where HTTP is listened for; nowhere if nothing is said.
    pub listen: Option<SocketAddr>,
}

impl Config {
    pub(super) fn check_monitoring(&self, wrong: &mut Vec<String>) {
        let Some(address) = self.monitoring.listen else { return };
        for (key, base) in [("tls", self.listen.tls), ("plain", self.listen.plain)] {
            let Some(base) = base else { continue };
            let same_address = base.ip() == address.ip()
                || base.ip().is_unspecified()
                || address.ip().is_unspecified();
            if same_address && self.ports(base).any(|port| port == u32::from(address.port())) {
                wrong.push(format!(
                    "monitoring.listen: port {} is one of listen.{key}, which has its base and base + 1 + n for LMK n",
                    address.port()
                ));
            }
        }
    }

    pub(super) fn warn_of_monitoring(&self, said: &mut Vec<String>) {
        if let Some(address) = self.monitoring.listen.filter(|one| !one.ip().is_loopback()) {
            said.push(format!(
                "monitoring.listen: {address} is not this machine alone, and there is neither TLS nor a password there: whoever \
                 reaches it learns how much is asked for, and by which callers"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn mistakes(rest: &str) -> Vec<String> {
        let text = format!("profile = 'development'\n[listen]\nplain = '127.0.0.1:1500'\n{rest}");
        toml::from_str::<Config>(&text).unwrap().mistakes()
    }

    #[test]
    fn a_port_is_for_callers_or_for_monitors() {
        for good in ["127.0.0.1:9600", "127.0.0.1:0", "[::1]:1500"] {
            assert_eq!(mistakes(&format!("[monitoring]\nlisten = '{good}'")), [""; 0], "{good}");
        }
        for wrong in ["127.0.0.1:1500", "0.0.0.0:1503"] {
            let said = mistakes(&format!("[monitoring]\nlisten = '{wrong}'")).join("\n");
            assert!(said.contains("monitoring.listen") && said.contains("listen.plain"), "{said}");
        }
    }

    #[test]
    fn beyond_this_machine_it_is_warned_of() {
        let warned = |listen: &str| {
            let text = format!(
                "profile = 'development'\n[listen]\nplain = '127.0.0.1:1500'\n[monitoring]\nlisten = '{listen}'"
            );
            let mut said = Vec::new();
            toml::from_str::<Config>(&text).unwrap().warn_of_monitoring(&mut said);
            !said.is_empty()
        };
        assert!(warned("0.0.0.0:9600") && warned("10.0.0.1:9600"));
        assert!(!warned("127.0.0.1:9600") && !warned("[::1]:9600"));
    }
}
