package smev

import "context"

// Builder makes signed envelopes of one schema version with one signer. The
// bytes are what is stored and posted, unchanged, as often as needed.
type Builder struct {
	Version Version
	Signer  Signer
}

// BuildRequest is BuildSendRequest.
func (b Builder) BuildRequest(ctx context.Context, r Request) ([]byte, error) {
	return BuildSendRequest(ctx, b.Version, b.Signer, r)
}

// BuildResponse is BuildSendResponse.
func (b Builder) BuildResponse(ctx context.Context, r Response) ([]byte, error) {
	return BuildSendResponse(ctx, b.Version, b.Signer, r)
}
