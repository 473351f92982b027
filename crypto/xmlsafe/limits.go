package xmlsafe

// Limits bound the work one document may cause. A zero field means the value
// of DefaultLimits: a limit can be raised, never forgotten.
type Limits struct {
	// Bytes is the largest document.
	Bytes int
	// Depth is the largest number of elements open at the same time.
	Depth int
	// Elements is the largest number of elements in the document.
	Elements int
	// Attributes is the largest number of attributes of one element,
	// namespace declarations included.
	Attributes int
	// TextLength is the largest decoded length in bytes of one run of text,
	// one attribute value, one comment or one processing instruction.
	TextLength int
	// Namespaces is the largest number of namespace declarations made by the
	// elements open at the same time.
	Namespaces int
	// AllowDuplicateIDs turns off the refusal of documents in which two
	// elements have the same identifier (see IsID). Signature verification
	// still refuses a duplicate of the identifier it checks.
	AllowDuplicateIDs bool
}

// DefaultLimits leave room for the largest messages of the bus: 5 MiB of
// inline attachments in base64 and packages of some tens of MiB.
var DefaultLimits = Limits{
	Bytes:      64 << 20,
	Depth:      128,
	Elements:   2_000_000,
	Attributes: 128,
	TextLength: 32 << 20,
	Namespaces: 1024,
}

// withDefaults fills the fields left at zero.
func (l Limits) withDefaults() Limits {
	fill := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	fill(&l.Bytes, DefaultLimits.Bytes)
	fill(&l.Depth, DefaultLimits.Depth)
	fill(&l.Elements, DefaultLimits.Elements)
	fill(&l.Attributes, DefaultLimits.Attributes)
	fill(&l.TextLength, DefaultLimits.TextLength)
	fill(&l.Namespaces, DefaultLimits.Namespaces)
	return l
}
