package kind

import (
	"fmt"
	"strconv"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(MACsec) }) }

// MACsec encrypts and authenticates the frames on the link below (IEEE
// 802.1AE), "ip link add link eth0 type macsec" (drivers/net/macsec.c). Keys
// are set over generic netlink, by programs that agree on them with the other
// side.
type MACsec struct {
	// SCI identifies the secure channel: by default the address of the link
	// and Port, which cannot both be said. Fixed at creation, as Port.
	SCI attr.Opt[SCI]
	// Port is the lower part of SCI, 1 by default. It is not reported.
	Port attr.Opt[uint16]
	// ICVLen is how many bytes of check value each frame has, 8 to 16; 16
	// by default. Fixed at creation.
	ICVLen attr.Opt[uint8]
	// CipherSuite is the cipher, GCM-AES-128 by default. Fixed at creation.
	CipherSuite attr.Opt[CipherSuite]
	// Window is how many packets late a frame may be with ReplayProtect.
	// It is reported only while that is on, and must be said with it.
	Window attr.Opt[uint32]
	// EncodingSA is the association that frames are sent with, 0 to 3.
	EncodingSA attr.Opt[uint8]
	// Encrypt encrypts frames; otherwise they are authenticated only.
	Encrypt attr.Opt[bool]
	// Protect protects outgoing frames; on by default.
	Protect attr.Opt[bool]
	// IncludeSCI puts the SCI into every frame, on by default; EndStation
	// says that there is no other channel on this address; SCB that frames
	// go to many (single copy broadcast). A request may say on for only one
	// of the three.
	IncludeSCI, EndStation, SCB attr.Opt[bool]
	// ReplayProtect drops frames that come twice or too late. The kernel
	// takes it together with Window only.
	ReplayProtect attr.Opt[bool]
	// Validation says what becomes of frames that are wrong; strict by
	// default.
	Validation attr.Opt[MACsecValidation]
	// Offload says which hardware does the work; none by default.
	Offload attr.Opt[MACsecOffload]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "macsec".
func (*MACsec) Kind() string { return "macsec" }

// Info says that a MACsec sits on a lower link.
func (*MACsec) Info() Info { return Info{NeedsLower: true, RxHandler: "macsec", Module: "macsec"} }

// Omit leaves out what the kernel refuses to be told together: that the SCI is
// sent, as it is by default, beside what takes its place (macsec_validate_attr);
// and an SCI that is not sent, of which the port is enough, since the rest is the
// address of the link (macsec_newlink).
func (m *MACsec) Omit() {
	if m.IncludeSCI == attr.On && (m.EndStation == attr.On || m.SCB == attr.On) {
		m.IncludeSCI.Clear()
	}
	if sci, ok := m.SCI.Get(); ok && m.IncludeSCI == attr.Off {
		m.Port = attr.U16(uint16(sci))
		m.SCI.Clear()
	}
}

// Accompany says the window with the protection that needs it.
func (m *MACsec) Accompany(has Kind) {
	if h, ok := has.(*MACsec); ok && m.ReplayProtect.Value() && !m.Window.IsSet() {
		m.Window = h.Window
	}
}

// Numbers of IFLA_MACSEC_* in linux/if_link.h.
const (
	macsecSCI = iota + 1
	macsecPort
	macsecICVLen
	macsecCipherSuite
	macsecWindow
	macsecEncodingSA
	macsecEncrypt
	macsecProtect
	macsecIncSCI
	macsecES
	macsecSCB
	macsecReplayProtect
	macsecValidation
	macsecPad
	macsecOffload
)

// Limits of MACSEC_MIN_ICV_LEN and its like.
const (
	minICVLen, maxICVLen = 8, 16
	maxAssociation       = 3
)

// Fields lists IFLA_MACSEC_*.
func (m *MACsec) Fields(c *attr.Codec) {
	attr.Uint64BE(c, macsecSCI, "sci", &m.SCI, attr.CreateOnly)
	attr.Uint16BE(c, macsecPort, "port", &m.Port, attr.CreateOnly, attr.WriteOnly)
	attr.Uint8(c, macsecICVLen, "icvlen", &m.ICVLen, attr.CreateOnly, attr.Range(minICVLen, maxICVLen), attr.JSON("icv_len"))
	attr.Uint64(c, macsecCipherSuite, "cipher", &m.CipherSuite, attr.CreateOnly, attr.Same(sameCipher), attr.JSON("cipher_suite"))
	attr.Uint32(c, macsecWindow, "window", &m.Window)
	attr.Uint8(c, macsecEncodingSA, "encodingsa", &m.EncodingSA, attr.Range(0, maxAssociation), attr.JSON("encoding_sa"))
	attr.Bool(c, macsecEncrypt, "encrypt", &m.Encrypt)
	attr.Bool(c, macsecProtect, "protect", &m.Protect)
	attr.Bool(c, macsecIncSCI, "send_sci", &m.IncludeSCI, attr.JSON("inc_sci"))
	attr.Bool(c, macsecES, "end_station", &m.EndStation, attr.JSON("es"))
	attr.Bool(c, macsecSCB, "scb", &m.SCB)
	attr.Bool(c, macsecReplayProtect, "replay", &m.ReplayProtect, attr.JSON("replay_protect"))
	attr.Uint8(c, macsecValidation, "validate", &m.Validation, attr.Range(0, int64(MACsecStrict)), attr.JSON("validation"))
	attr.Pad(c, macsecPad)
	attr.Uint8(c, macsecOffload, "offload", &m.Offload, attr.Range(0, int64(MACsecOffloadMAC)))
	attr.Rest(c, &m.Unknown)
}

// An SCI identifies a secure channel of [MACsec]: a hardware address in the
// upper six bytes and a port in the lower two (IEEE 802.1AE, section 9.9).
type SCI uint64

// String returns 16 hexadecimal digits, as iproute2 does.
func (s SCI) String() string { return fmt.Sprintf("%016x", uint64(s)) }

// MarshalText returns the form of String.
func (s SCI) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *SCI) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 16, 64)
	if err != nil {
		return fmt.Errorf("sci %q: %w, want up to 16 hexadecimal digits", b, attr.ErrValue)
	}
	*s = SCI(n)
	return nil
}

// A CipherSuite is a cipher of [MACsec] (MACSEC_CIPHER_ID_*).
type CipherSuite uint64

// The ciphers. Those with extended packet numbers (XPN) are of IEEE
// 802.1AEbw.
const (
	GCMAES128    CipherSuite = 0x0080c20001000001
	GCMAES256    CipherSuite = 0x0080c20001000002
	GCMAESXPN128 CipherSuite = 0x0080c20001000003
	GCMAESXPN256 CipherSuite = 0x0080c20001000004
)

// oldGCMAES128 is what the kernel reports for GCMAES128
// (MACSEC_DEFAULT_CIPHER_ID).
const oldGCMAES128 CipherSuite = 0x0080020001000001

var cipherSuites = attr.Words[CipherSuite]{
	{Value: GCMAES128, Name: "GCM-AES-128"}, {Value: GCMAES256, Name: "GCM-AES-256"},
	{Value: GCMAESXPN128, Name: "GCM-AES-XPN-128"}, {Value: GCMAESXPN256, Name: "GCM-AES-XPN-256"},
	{Value: oldGCMAES128, Name: "GCM-AES-128"},
}

func sameCipher(want, have CipherSuite) bool { return want.String() == have.String() }

// String returns iproute2's word.
func (s CipherSuite) String() string { return cipherSuites.Text(s) }

// MarshalText returns the form of String.
func (s CipherSuite) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *CipherSuite) UnmarshalText(b []byte) (err error) {
	*s, err = cipherSuites.Parse("cipher suite", string(b))
	return err
}

// A MACsecValidation says what becomes of frames that fail the check
// (MACSEC_VALIDATE_*).
type MACsecValidation uint8

// The validations.
const (
	MACsecDisabled MACsecValidation = iota // frames are not checked
	MACsecCheck                            // they are checked, counted and accepted
	MACsecStrict                           // they are dropped
)

var macsecValidations = attr.Words[MACsecValidation]{
	{Value: MACsecDisabled, Name: "disabled"}, {Value: MACsecCheck, Name: "check"}, {Value: MACsecStrict, Name: "strict"},
}

// String returns iproute2's word.
func (v MACsecValidation) String() string { return macsecValidations.Text(v) }

// MarshalText returns the form of String.
func (v MACsecValidation) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the form of String.
func (v *MACsecValidation) UnmarshalText(b []byte) (err error) {
	*v, err = macsecValidations.Parse("macsec validation", string(b))
	return err
}

// A MACsecOffload says which hardware does the work of [MACsec]
// (MACSEC_OFFLOAD_*).
type MACsecOffload uint8

// The offloads.
const (
	MACsecOffloadOff MACsecOffload = iota // none
	MACsecOffloadPHY                      // the transceiver
	MACsecOffloadMAC                      // the controller; Linux 5.13
)

var macsecOffloads = attr.Words[MACsecOffload]{
	{Value: MACsecOffloadOff, Name: "off"}, {Value: MACsecOffloadPHY, Name: "phy"}, {Value: MACsecOffloadMAC, Name: "mac"},
}

// String returns iproute2's word.
func (o MACsecOffload) String() string { return macsecOffloads.Text(o) }

// MarshalText returns the form of String.
func (o MACsecOffload) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the form of String.
func (o *MACsecOffload) UnmarshalText(b []byte) (err error) {
	*o, err = macsecOffloads.Parse("macsec offload", string(b))
	return err
}
