//! Every command through the real engine: it works, each refusal, published values, one changed
//! digit. One file a command.

mod support;

mod command {
    mod a0;
    mod a6;
    mod a8;
    mod b0;
    mod b2;
    mod bu;
    mod ba;
    mod bc;
    mod be;
    mod bk;
    mod ca;
    mod cc;
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
    mod fw;
    mod ja;
    mod jc;
    mod je;
    mod jg;
    mod fa;
    mod fc;
    mod fe;
    mod gc;
    mod ha;
    mod hc;
    mod ia;
    mod m0;
    mod m2;
    mod m4;
    mod m6;
    mod m8;
    mod n0;
    mod nc;
    mod ng;
    mod no;
}
