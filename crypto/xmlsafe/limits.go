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
	// Attributes is the largest number of attributes of one element, Declarations
	// that of its namespace declarations: documents of real programs declare 73
	// on the root.
	Attributes, Declarations int
	// TextLength is the largest decoded length in bytes of one run of text,
	// one attribute value, one comment or one processing instruction.
	TextLength int
	// Namespaces is the largest number of namespace declarations made by the
	// elements open at the same time.
	Namespaces int
	// NamespaceLength is the largest length in bytes of a namespace's name, which
	// canonical forms repeat with every element that uses it.
	NamespaceLength int
	// Tree is the most memory in bytes the tree may take. The default follows
	// from the size of the document.
	Tree int
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
	Attributes: 128, Declarations: 1024,
	TextLength: 32 << 20,
	Namespaces: 4096, NamespaceLength: 2048,
}

// treeOf is the default of Tree: documents of some MiB may consist of tags alone,
// large ones have text in them.
func treeOf(bytes int) int { return min(2*bytes+16<<20, 100<<20) }

// withDefaults fills the fields left at zero, for a document of that size.
func (l Limits) withDefaults(bytes int) Limits {
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
	fill(&l.Declarations, DefaultLimits.Declarations)
	fill(&l.Namespaces, DefaultLimits.Namespaces)
	fill(&l.NamespaceLength, DefaultLimits.NamespaceLength)
	fill(&l.Tree, treeOf(bytes))
	return l
}
