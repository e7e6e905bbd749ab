import TrainingData
import TuningModel

/// What each image of a folder became: all the same.
struct ImageShape: Hashable {
    let height: Int
    let width: Int
    let color: ImageColor

    var channels: Int { self.color == .grey ? 1 : 3 }
}

/// Reads a folder of images that has a folder for each class.
enum ImageFolder {
    /// What is asked for.
    struct Wanted {
        /// The size that every image is scaled to; `nil` where all have one.
        let size: (height: Int, width: Int)?
        let color: ImageColor?
        /// That of the training images, for validation and test folders.
        let shape: ImageShape?
        /// The classes of the training images, for validation and test folders; another one is refused.
        let classNames: [String]?
    }

    private static let mostClasses = 65_536
    /// Numbers of all images: 32 GiB.
    private static let mostNumbers = 1 << 33

    private struct Image {
        let path: String
        let label: Int32
        let header: ImageDecoder.Header
    }

    /// Reads all images, class by class and file by file, both ascending by the bytes of their names.
    ///
    /// Names that begin with a point are passed over; everything else has to be a folder of the first level or a PNG or
    /// JPEG file of the second. Without a colour asked for, images are grey where all of them are, else red, green and
    /// blue. Values are 0 to 255.
    ///
    /// - Parameters:
    ///   - path: The folder on disk.
    ///   - folder: For messages.
    ///   - wanted: What is asked for.
    ///   - work: Where the numbers lie.
    /// - Returns: Rows of the shape [height, width, channels], and that shape.
    /// - Throws: ``DataFileError`` naming the folder or file that cannot stand.
    /// - Complexity: O(bytes of the files + pixels).
    static func read(
        _ path: String, folder: String, wanted: Wanted, work: LoadingWork = LoadingWork()
    ) throws(DataFileError) -> (rows: DatasetRows, shape: ImageShape) {
        let found = try FolderListing.names(in: path, shown: folder)
        let classes = wanted.classNames ?? found
        guard classes.count <= self.mostClasses, !found.isEmpty, wanted.classNames != nil || found.count > 1 else {
            throw DataFileError(
                file: folder, "\(found.count) folders, want one for each class, 2 to \(self.mostClasses)")
        }
        var images: [Image] = []
        for name in found {
            guard let label = classes.firstIndex(of: name) else {
                throw DataFileError(
                    file: "\(folder)/\(name)",
                    "found the new class \"\(shown(name.utf8))\", want one of the training folder's \(classes.count)")
            }
            let files = try FolderListing.names(in: "\(path)/\(name)", shown: "\(folder)/\(name)")
            guard !files.isEmpty || wanted.classNames != nil else {
                throw DataFileError(file: "\(folder)/\(name)", "a class without an image, want at least one")
            }
            for file in files {
                let full = "\(path)/\(name)/\(file)"
                let header = try unsafe FileBytes(path: full).withBytes { (bytes) throws(DataFileError) in
                    try unsafe ImageDecoder.header(bytes, file: full)
                }
                images.append(Image(path: full, label: Int32(label), header: header))
            }
        }
        let shape = try self.shape(of: images, folder: folder, wanted: wanted)
        return (try self.rows(images, shape: shape, classes: classes, folder: folder, work), shape)
    }

    private static func shape(
        of images: [Image], folder: String, wanted: Wanted
    ) throws(DataFileError) -> ImageShape {
        guard let first = images.first else { throw DataFileError(file: folder, "no image, want at least one") }
        let color = images.contains { $0.header.color == .rgb } ? ImageColor.rgb : .grey
        let shape =
            wanted.shape
            ?? ImageShape(
                height: wanted.size?.height ?? first.header.height, width: wanted.size?.width ?? first.header.width,
                color: wanted.color ?? color)
        if wanted.size == nil {
            for image in images where image.header.height != shape.height || image.header.width != shape.width {
                throw DataFileError(
                    file: image.path,
                    "\(image.header.height) x \(image.header.width) pixels, want \(shape.height) x \(shape.width) as the "
                        + "first training image has; for images of several sizes set resize: [HEIGHT, WIDTH]")
            }
        }
        let width = shape.height * shape.width * shape.channels
        // Both factors are below 2^31.
        guard width <= PreparedDataset.Limit.features, images.count * width <= self.mostNumbers else {
            throw DataFileError(
                file: folder,
                "\(images.count) images of \(shape.height) x \(shape.width) x \(shape.channels) numbers, want at most "
                    + "\(PreparedDataset.Limit.features) for each image and \(self.mostNumbers) in all; set a smaller resize"
            )
        }
        return shape
    }

    private static func rows(
        _ images: [Image], shape: ImageShape, classes: [String], folder: String, _ work: LoadingWork
    ) throws(DataFileError) -> DatasetRows {
        let width = shape.height * shape.width * shape.channels
        let block = try work.block(images.count * width * 4, file: folder)
        let features = unsafe block.bytes.bindMemory(to: Float.self)
        var resizer: ImageResizer?
        for (number, image) in images.enumerated() {
            let start = number * width
            let pixels = try unsafe FileBytes(path: image.path).withBytes { (bytes) throws(DataFileError) in
                try unsafe ImageDecoder.pixels(bytes, header: image.header, color: shape.color, file: image.path)
            }
            if image.header.height == shape.height, image.header.width == shape.width {
                for (place, pixel) in pixels.enumerated() { unsafe features[start + place] = Float(pixel) }
                continue
            }
            let header = image.header
            if resizer?.fits(height: header.height, width: header.width) != true {
                resizer = ImageResizer(from: (header.height, header.width), to: (shape.height, shape.width))
            }
            for (place, value) in (resizer?.resize(pixels, channels: shape.channels) ?? []).enumerated() {
                unsafe features[start + place] = value
            }
        }
        do throws(DatasetError) {
            return try DatasetRows(
                rowCount: images.count, featureNames: (0..<width).map { "x\($0)" },
                featureShape: [shape.height, shape.width, shape.channels],
                features: NumberBlock(block, count: images.count * width),
                targets: .classes(images.map(\.label), names: classes))
        } catch {
            throw DataFileError(file: folder, error.message)
        }
    }
}
