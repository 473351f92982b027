package wire

// What tests of the package look at from outside.
var (
	ReadLimits     = &readLimits
	ErrInstruction = errInstruction
)

// MaxDeviations is the cap of Deviations.
const MaxDeviations = maxDeviations

// ProtocolSpaces are the namespaces of the elements of every version of the protocol.
func ProtocolSpaces() map[string]string {
	all := map[string]string{}
	for i := range protocolVersions {
		for name, space := range protocolVersions[i].names() {
			all["protocol "+protocolVersions[i].number+" "+name] = space
		}
	}
	return all
}
