//! Every command through the real engine: it works, each refusal, published values, one changed
//! digit. One file a command.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "the answers are ASCII")]

mod support;

mod command {
    mod a0;
    mod a4;
    mod a6;
    mod a8;
    mod b0;
    mod b2;
    mod ba;
    mod bc;
    mod be;
    mod bg;
    mod bk;
    mod bu;
    mod bw;
    mod ca;
    mod cc;
    mod cs;
    mod cu;
    mod cw;
    mod cy;
    mod da;
    mod dc;
    mod de;
    mod dg;
    mod du;
    mod ea;
    mod ec;
    mod ee;
    mod fa;
    mod fc;
    mod fe;
    mod fw;
    mod gc;
    mod ha;
    mod hc;
    mod ia;
    mod ja;
    mod jc;
    mod je;
    mod jg;
    mod lo;
    mod m0;
    mod m2;
    mod m4;
    mod m6;
    mod m8;
    mod n0;
    mod nc;
    mod ng;
    mod no;
    mod pm;
    mod q2;
    mod q6;
    mod q8;
    mod ra;
    mod ta;
    mod tc;
    mod te;
    mod tg;
    mod ti;
    mod tk;
    mod va;
    mod vc;
    mod ve;
    mod vg;
    mod wa;
    mod wc;
    mod we;
    mod wg;
    mod wi;
    mod wk;
    mod wm;
    mod xa;
    mod xc;
    mod xe;
    mod xg;
    mod xi;
    mod ya;
    mod yc;
}
