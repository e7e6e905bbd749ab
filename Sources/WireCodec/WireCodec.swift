package import TuningModel

/// Messages to frames and back. `Protocols/README.md` is the description that other programs can be written from.
///
/// Decoding takes bytes from anybody: it never traps, looks at nothing before its length is known, and answers with
/// a message whose every field is in its range or with an error. Encoding never fails: texts for people are cut at
/// their limit; a number out of its range goes out as it is and is refused by the receiver.
package enum WireCodec {
    package static func encode(_ message: WorkerMessage) -> [UInt8] { message.frame }

    package static func encode(_ message: CoordinatorMessage) -> [UInt8] { message.frame }

    package static func encode(_ message: BulkMessage) -> [UInt8] { message.frame }

    package static func decodeWorkerMessage(_ frame: [UInt8]) throws(WireError) -> WorkerMessage {
        let type = try WireHeader.type(of: frame)
        guard let message = try WorkerMessage(type: type, frame: frame) else {
            throw Self.wrongDirection(type, "a message that workers send on the control socket")
        }
        return message
    }

    package static func decodeCoordinatorMessage(_ frame: [UInt8]) throws(WireError) -> CoordinatorMessage {
        let type = try WireHeader.type(of: frame)
        guard let message = try CoordinatorMessage(type: type, frame: frame) else {
            throw Self.wrongDirection(type, "a message that coordinators send on the control socket")
        }
        return message
    }

    package static func decodeBulkMessage(_ frame: [UInt8]) throws(WireError) -> BulkMessage {
        let type = try WireHeader.type(of: frame)
        guard let message = try BulkMessage(type: type, frame: frame) else {
            throw Self.wrongDirection(type, "a message of the bulk socket")
        }
        return message
    }

    private static func wrongDirection(_ type: MessageType, _ wanted: String) -> WireError {
        WireError(.wrongDirection, what: "message type", found: "\(type.rawValue) (\(type))", wanted: wanted)
    }
}
