import CImages
import TuningModel

/// Decodes PNG and JPEG files with libpng's simplified interface and TurboJPEG: both report errors by their return values,
/// so that no jump of theirs passes Swift code.
enum ImageDecoder {
    /// Pixels of an image at most: a small file may claim to unpack to far more than memory holds.
    static let mostPixels = 1 << 26

    /// What a file's header says.
    struct Header: Hashable {
        let height: Int
        let width: Int
        let color: ImageColor
    }

    /// Reads the header alone.
    ///
    /// - Throws: ``DataFileError`` where the file is neither PNG nor JPEG, is damaged, too large, or in CMYK.
    static func header(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataFileError) -> Header {
        let header: Header
        if unsafe self.isPNG(bytes) {
            var image = unsafe self.emptyPNG()
            defer { unsafe png_image_free(&image) }
            try unsafe self.begin(&image, bytes, file: file)
            header = unsafe Header(
                height: Int(image.height), width: Int(image.width),
                color: image.format & self.colorFlag == 0 ? .grey : .rgb)
        } else {
            let decoder = try unsafe self.decoder(bytes, file: file)
            defer { unsafe tjDestroy(decoder) }
            header = try unsafe self.header(decoder, bytes, file: file)
        }
        guard header.height >= 1, header.width >= 1, header.height * header.width <= self.mostPixels else {
            throw DataFileError(
                file: file, "\(header.height) x \(header.width) pixels, want 1 to \(self.mostPixels) of them")
        }
        return header
    }

    /// The pixels of an image, 0 to 255, shape [height, width, 1 or 3].
    ///
    /// Colours become grey, and grey becomes colours, as is asked for; what is transparent stands on black; 16 bits
    /// become 8.
    ///
    /// - Throws: ``DataFileError`` where the file is damaged or truncated.
    static func pixels(
        _ bytes: UnsafeRawBufferPointer, header: Header, color: ImageColor, file: String
    ) throws(DataFileError) -> [UInt8] {
        let channels = color == .grey ? 1 : 3
        var pixels = [UInt8](repeating: 0, count: header.height * header.width * channels)
        if unsafe self.isPNG(bytes) {
            var image = unsafe self.emptyPNG()
            defer { unsafe png_image_free(&image) }
            try unsafe self.begin(&image, bytes, file: file)
            guard unsafe Int(image.height) == header.height, unsafe Int(image.width) == header.width else {
                throw DataFileError(file: file, "the file changed while it was read")
            }
            unsafe image.format = color == .grey ? 0 : self.colorFlag
            let isRead = unsafe pixels.withUnsafeMutableBytes {
                unsafe png_image_finish_read(&image, nil, $0.baseAddress, 0, nil)
            }
            // A warning leaves its message too, and a file that ends early only warns.
            guard isRead != 0, unsafe image.warning_or_error == 0 else {
                throw unsafe DataFileError(file: file, "a damaged PNG file: \(self.message(image))")
            }
            return pixels
        }
        let decoder = try unsafe self.decoder(bytes, file: file)
        defer { unsafe tjDestroy(decoder) }
        guard try unsafe self.header(decoder, bytes, file: file) == header else {
            throw DataFileError(file: file, "the file changed while it was read")
        }
        let data = unsafe bytes.bindMemory(to: UInt8.self)
        let format = Int32((color == .grey ? TJPF_GRAY : TJPF_RGB).rawValue)
        let status = unsafe pixels.withUnsafeMutableBufferPointer { pixels in
            unsafe tjDecompress2(
                decoder, data.baseAddress, UInt(data.count), pixels.baseAddress, Int32(header.width), 0,
                Int32(header.height), format, Int32(TJFLAG_ACCURATEDCT))
        }
        guard status == 0 else {
            throw unsafe DataFileError(file: file, "a damaged JPEG file: \(self.message(decoder))")
        }
        return pixels
    }

    private static let colorFlag: UInt32 = 2

    private static func isPNG(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    }

    private static func emptyPNG() -> png_image {
        var image = unsafe png_image()
        unsafe image.version = UInt32(PNG_IMAGE_VERSION)
        return unsafe image
    }

    private static func begin(
        _ image: inout png_image, _ bytes: UnsafeRawBufferPointer, file: String
    ) throws(DataFileError) {
        guard unsafe png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
            throw unsafe DataFileError(file: file, "a damaged PNG file: \(self.message(image))")
        }
    }

    private static func message(_ image: png_image) -> String {
        unsafe withUnsafeBytes(of: image.message) { unsafe shown($0.prefix { $0 != 0 }) }
    }

    private static func decoder(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataFileError) -> tjhandle {
        guard unsafe bytes.count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF else {
            throw DataFileError(file: file, "neither a PNG nor a JPEG file; take it out of the folder")
        }
        guard let decoder = unsafe tjInitDecompress() else {
            throw DataFileError(file: file, "TurboJPEG does not start")
        }
        return unsafe decoder
    }

    private static func header(
        _ decoder: tjhandle, _ bytes: UnsafeRawBufferPointer, file: String
    ) throws(DataFileError) -> Header {
        let data = unsafe bytes.bindMemory(to: UInt8.self)
        var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        let status = unsafe tjDecompressHeader3(
            decoder, data.baseAddress, UInt(data.count), &width, &height, &subsampling, &space)
        guard status == 0 else {
            throw unsafe DataFileError(file: file, "a damaged JPEG file: \(self.message(decoder))")
        }
        guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
            throw DataFileError(
                file: file,
                "a JPEG file with the four colours of print (CMYK), want red, green and blue, or grey; convert it")
        }
        let isGrey = space == Int32(TJCS_GRAY.rawValue)
        return Header(height: Int(height), width: Int(width), color: isGrey ? .grey : .rgb)
    }

    private static func message(_ decoder: tjhandle) -> String {
        unsafe tjGetErrorStr2(decoder).map { unsafe shown(String(cString: $0).utf8) } ?? "no reason given"
    }
}
