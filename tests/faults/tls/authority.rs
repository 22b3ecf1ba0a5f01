//! An authority, and certificates of every kind around it, made for one test.

use crate::support::binary::Folder;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use std::fs;
use std::process::Command;

/// What a client is called that the configuration knows.
const NAME: &str = "localhost";

type Ca = CertifiedIssuer<'static, KeyPair>;

/// The files: `client` and what is wrong with the others in their names, `crl.pem`, `server`.
pub(crate) struct Authority {
    pub(crate) folder: Folder,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

impl Authority {
    pub(crate) fn new() -> Self {
        let made = Self { folder: Folder::new() };
        let ca: Ca = CertifiedIssuer::self_signed(authority("Payments CA"), key()).unwrap();
        made.write_pair("ca", &ca.pem(), ca.key());
        let mut server = leaf(NAME);
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        made.issue("server", &server, &ca);
        made.good_and_bad(&ca);
        made.of_others(&ca);
        made.weak();
        made.list(&ca);
        made
    }

    fn write_pair(&self, name: &str, certificate: &str, key: &KeyPair) {
        self.folder.write(&format!("{name}.crt"), certificate);
        self.folder.write(&format!("{name}.key"), &key.serialize_pem());
    }

    fn issue(&self, name: &str, params: &CertificateParams, by: &Issuer<'_, KeyPair>) -> KeyPair {
        let own = key();
        self.write_pair(name, &params.signed_by(&own, by).unwrap().pem(), &own);
        own
    }

    /// Of the right authority.
    fn good_and_bad(&self, ca: &Ca) {
        let client = leaf(NAME);
        let own = self.issue("client", &client, ca);
        self.issue("unknown", &leaf("nobody.example"), ca);
        let mut expired = leaf(NAME);
        (expired.not_before, expired.not_after) =
            (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
        self.issue("expired", &expired, ca);
        let mut early = leaf(NAME);
        early.not_before = date_time_ymd(2999, 1, 1);
        early.not_after = date_time_ymd(3000, 1, 1);
        self.issue("early", &early, ca);
        let mut revoked = leaf(NAME);
        revoked.serial_number = Some(SerialNumber::from(4711_u64));
        self.issue("revoked", &revoked, ca);
        // The last bit of the signature.
        let signed = client.signed_by(&own, ca).unwrap();
        let mut der = signed.der().to_vec();
        *der.last_mut().unwrap() ^= 1;
        fs::write(self.folder.path("flipped.der"), der).unwrap();
        self.openssl("x509 -inform der -in flipped.der -out flipped.crt");
        self.folder.write("flipped.key", &own.serialize_pem());
        // A client that signs for another.
        let client = Issuer::new(client, own);
        self.issue("below", &leaf(NAME), &client);
        let between: Ca = CertifiedIssuer::signed_by(authority("Between"), key(), ca).unwrap();
        self.folder.write("between.crt", &between.pem());
        self.issue("deep", &leaf(NAME), &between);
    }

    /// Of nobody's authority.
    fn of_others(&self, ca: &Ca) {
        let foreign: Ca = CertifiedIssuer::self_signed(authority("Other CA"), key()).unwrap();
        self.issue("foreign", &leaf(NAME), &foreign);
        let forged: Ca = CertifiedIssuer::self_signed(authority("Payments CA"), key()).unwrap();
        assert_ne!(forged.der(), ca.der());
        self.issue("forged", &leaf(NAME), &forged);
        let own = key();
        self.write_pair("own", &leaf(NAME).self_signed(&own).unwrap().pem(), &own);
    }

    /// Signed by `openssl`, since nothing else here makes them.
    fn weak(&self) {
        self.folder
            .write("leaf.ext", "subjectAltName=DNS:localhost\nextendedKeyUsage=clientAuth\n");
        for (name, new, digest) in [
            ("short", "-newkey rsa:1024", "-sha256"),
            ("sha1", "-newkey ec -pkeyopt ec_paramgen_curve:P-256", "-sha1"),
        ] {
            self.openssl(&format!(
                "req {new} -nodes -subj /CN=localhost -keyout {name}.key -out {name}.csr"
            ));
            self.openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -set_serial 99 -days 3650 {digest} \
                 -extfile leaf.ext -out {name}.crt"
            ));
        }
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(self.folder.path("."));
        // Where there is no openssl, nobody asks for what it makes.
        if let Ok(output) = command.output() {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{arguments}: {said}");
        }
    }

    /// What the authority has revoked.
    fn list(&self, ca: &Ca) {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(4711_u64),
            revocation_time: date_time_ymd(2025, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2025, 1, 1),
            next_update: date_time_ymd(2999, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        self.folder.write("crl.pem", &list.signed_by(ca).unwrap().pem().unwrap());
    }
}
