package mis

import (
	"fmt"
	"io"
	"log/slog"
)

// String returns the row's key and nothing else of it: the record is personal
// data.
func (r Row) String() string { return "row " + r.Key + " ***" }

// Format implements fmt.Formatter, so that no verb prints the record.
func (r Row) Format(s fmt.State, _ rune) { io.WriteString(s, r.String()) }

// LogValue implements slog.LogValuer: a logger that encodes values by itself
// would otherwise reach the record behind its own mask.
func (r Row) LogValue() slog.Value { return slog.StringValue(r.String()) }
