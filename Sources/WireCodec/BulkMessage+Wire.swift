internal import FoundationEssentials
internal import SwiftProtobuf
internal import TuningModel

/// Messages of the bulk socket, to and from their bodies.

extension BulkMessage {
    var frame: [UInt8] {
        switch self {
        case .get(let digest, let offset, let count):
            WireGet.with {
                $0.digest = digest.wire
                $0.offset = Int64(offset)
                $0.count = Int64(count)
            }.frame(.get)
        case .chunk(let digest, let byteCount, let offset, let bytes):
            WireChunk.with {
                $0.digest = digest.wire
                $0.byteCount = Int64(byteCount)
                $0.offset = Int64(offset)
                $0.data = Data(bytes)
            }.frame(.chunk)
        case .put(let attempt, let checkpoint):
            WirePut.with {
                $0.attempt = attempt.wire
                $0.checkpoint = checkpoint.wire
            }.frame(.put)
        case .credit(let digest, let offset, let count):
            WireCredit.with {
                $0.digest = digest.wire
                $0.offset = Int64(offset)
                $0.count = Int64(count)
            }.frame(.credit)
        case .stored(let digest): WireStored.with { $0.digest = digest.wire }.frame(.stored)
        case .failed(let digest, let reason):
            WireFailed.with {
                $0.digest = digest.wire
                $0.reason = clipped(reason)
            }.frame(.failed)
        }
    }

    /// - Returns: `nil` where the type is not one of the bulk socket.
    init?(type: MessageType, frame: [UInt8]) throws(WireError) {
        let start = WireHeader.byteCount
        switch type {
        case .get:
            let body = try WireGet(body: frame, from: start, name: "get")
            self = .get(
                digest: try Digest(wire: body.digest, "get.digest"), offset: try Self.offset(body.offset, "get.offset"),
                count: try Check.number(body.count, in: WireLimits.chunkCounts, "get.count"))
        case .chunk:
            self = try Self.chunk(WireChunk(body: frame, from: start, name: "chunk"))
        case .put:
            let body = try WirePut(body: frame, from: start, name: "put")
            self = .put(
                attempt: try AttemptID(body.attempt, "put.attempt"),
                checkpoint: try CheckpointReference(body.checkpoint, "put.checkpoint"))
        case .credit:
            let body = try WireCredit(body: frame, from: start, name: "credit")
            self = .credit(
                digest: try Digest(wire: body.digest, "credit.digest"),
                offset: try Self.offset(body.offset, "credit.offset"),
                count: try Check.number(body.count, in: WireLimits.chunkCounts, "credit.count"))
        case .stored:
            let body = try WireStored(body: frame, from: start, name: "stored")
            self = .stored(digest: try Digest(wire: body.digest, "stored.digest"))
        case .failed:
            let body = try WireFailed(body: frame, from: start, name: "failed")
            self = .failed(
                digest: try Digest(wire: body.digest, "failed.digest"),
                reason: try Check.text(body.reason, "failed.reason"))
        case .hello, .welcome, .reject, .resync, .heartbeat, .heartbeatAcknowledged, .assign, .progress, .acknowledge,
            .fenced, .stop, .upload, .forget, .drain, .bye, .goodbye:
            return nil
        }
    }

    private static func chunk(_ body: WireChunk) throws(WireError) -> BulkMessage {
        do throws(WireError) {
            let byteCount = try Check.number(body.byteCount, in: WireLimits.byteCounts, "byte_count")
            let offset = try Self.offset(body.offset, "offset")
            guard offset < byteCount else {
                throw WireError(.outOfRange, what: "offset", found: "\(offset)", wanted: "less than \(byteCount)")
            }
            let wanted = min(Self.chunkByteCount, byteCount - offset)
            guard body.data.count == wanted else {
                throw WireError(.outOfRange, what: "data", found: "\(body.data.count) bytes", wanted: "\(wanted)")
            }
            return .chunk(
                digest: try Digest(wire: body.digest, "digest"), byteCount: byteCount, offset: offset,
                bytes: [UInt8](body.data))
        } catch { throw error.inside("chunk") }
    }

    private static func offset(_ value: Int64, _ what: String) throws(WireError) -> Int {
        let offset = try Check.number(value, in: WireLimits.offsets, what)
        guard offset.isMultiple(of: Self.chunkByteCount) else {
            throw WireError(
                .outOfRange, what: what, found: "\(offset)", wanted: "a multiple of \(Self.chunkByteCount)")
        }
        return offset
    }
}
