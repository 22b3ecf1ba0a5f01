//! Card verification values.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;
use payhsm_protocol::field::{Expiry, Pan, ServiceCode};
use payhsm_protocol::host::Writer;

/// A card number of a published test card.
const PAN: &[u8; 16] = b"4111111111111111";
const EXPIRY: Expiry = Expiry(*b"3012");
const SERVICE_CODE: ServiceCode = ServiceCode(*b"101");

async fn card(kit: &Kit) -> Result<GenerateCvv, PrepareError> {
    Ok(GenerateCvv {
        cvk: kit.key(*b"C0").await?,
        pan: Pan(PAN.to_vec()).into(),
        expiry: EXPIRY,
        service_code: SERVICE_CODE,
    })
}

fn write_card(host: &mut Writer<'_>) {
    host.raw(PAN);
    host.raw(b";");
    host.raw(&EXPIRY.0);
    host.raw(&SERVICE_CODE.0);
}

pub(super) async fn cw(kit: &Kit) -> Result<Request, PrepareError> {
    let request = card(kit).await?;
    kit.finish(&request, |host| {
        host.key(&request.cvk);
        write_card(host);
    })
    .await
}

pub(super) async fn cy(kit: &Kit) -> Result<Request, PrepareError> {
    let GenerateCvv { cvk, pan, expiry, service_code } = card(kit).await?;
    let card = GenerateCvv { cvk: cvk.clone(), pan: pan.clone(), expiry, service_code };
    let cvv = kit.call(&card).await?.cvv;
    let request = VerifyCvv { cvk, cvv, pan, expiry, service_code };
    kit.finish(&request, |host| {
        host.key(&request.cvk);
        host.raw(&request.cvv.0);
        write_card(host);
    })
    .await
}
