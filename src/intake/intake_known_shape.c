#include "config.h"

#include "intake/intake_known.h"

#define PI "3.141592653589793"

const struct intake_known intake_known_shape[] = {
	{"12 rectangle, 8 length and width, 8 width and length, 10 area of room, 8 floor area, "
	 "6 square meters, 6 square feet, 9 area, 8 square area, 12 area and perimeter, "
	 "6 perimeter, 8 square footage, -10 circle, -10 triangle, -10 trapezoid, -8 convert, "
	 "-10 cylinder, -10 sphere, -14 roof, -6 paint, -6 tile",
	 "Rectangle calculator", "Works out area, perimeter and diagonal of a rectangle.", NULL,
	 KNOWN_IN{REAL("length", "Length", "", "5", 0, 1e9),
		  REAL("width", "Width", "", "3", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Area", "", "length * width", 6),
		   PLAIN("around", "Perimeter", "", "2 * (length + width)", 6),
		   PLAIN("diagonal", "Diagonal", "", "sqrt(length ^ 2 + width ^ 2)", 6),
		   KNOWN_END}},

	{"12 circle, 12 circumference, 10 diameter, 8 radius, -8 circle of", "Circle calculator",
	 "Works out area, diameter and circumference of a circle.", NULL,
	 KNOWN_IN{REAL("radius", "Radius", "", "5", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{PLAIN("diameter", "Diameter", "", "2 * radius", 6),
		   PLAIN("around", "Circumference", "", "2 * " PI " * radius", 6),
		   PLAIN("area", "Area", "", PI " * radius ^ 2", 6), KNOWN_END}},

	{"11 triangle, 10 area of triangle, -14 right triangle, -14 right angled triangle, "
	 "-12 pythagoras",
	 "Triangle calculator",
	 "Works out area, perimeter and height of a triangle from its sides.",
	 "Uses Heron's formula; three sides that make no triangle give a dash.",
	 KNOWN_IN{REAL("a", "Side a", "", "3", 0, 1e6), REAL("b", "Side b", "", "4", 0, 1e6),
		  REAL("c", "Side c", "", "5", 0.000001, 1e6), KNOWN_END},
	 KNOWN_OUT{
		 PLAIN("around", "Perimeter", "", "a + b + c", 6),
		 PLAIN("area", "Area", "",
		       "sqrt(around / 2 * (around / 2 - a) * (around / 2 - b) * (around / 2 - c))",
		       6),
		 PLAIN("height", "Height on side c", "", "2 * area / c", 6), KNOWN_END}},

	{"26 triangle .. base, 26 base .. triangle, 14 base and height, 14 height and base",
	 "Triangle area calculator", "Works out the area of a triangle from base and height.", NULL,
	 KNOWN_IN{REAL("base", "Base", "", "6", 0, 1e9), REAL("height", "Height", "", "4", 0, 1e9),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Area", "", "base * height / 2", 6), KNOWN_END}},

	{"14 pythagoras, 14 pythagorean, 14 hypotenuse, 16 right triangle, "
	 "16 right angled triangle",
	 "Right triangle calculator",
	 "Finds the longest side of a right triangle from the two others.", NULL,
	 KNOWN_IN{REAL("a", "Side a", "", "3", 0, 1e9), REAL("b", "Side b", "", "4", 0, 1e9),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("c", "Longest side", "", "sqrt(a ^ 2 + b ^ 2)", 6),
		   PLAIN("area", "Area", "", "a * b / 2", 6),
		   PLAIN("around", "Perimeter", "", "a + b + c", 6), KNOWN_END}},

	{"12 trapezoid, 12 trapezium", "Trapezoid calculator", "Works out the area of a trapezoid.",
	 NULL,
	 KNOWN_IN{REAL("a", "Lower side", "", "6", 0, 1e9),
		  REAL("b", "Upper side", "", "4", 0, 1e9),
		  REAL("height", "Height", "", "3", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Area", "", "(a + b) / 2 * height", 6),
		   PLAIN("middle", "Middle line", "", "(a + b) / 2", 6), KNOWN_END}},

	{"12 volume of box, 12 box volume, 12 cuboid, 12 cube, -14 cube root, 9 volume, "
	 "8 shipping box, 8 parcel volume, 6 cubic, 10 volume of room, -8 convert, -12 cylinder, "
	 "-12 sphere, -12 cone, -6 tank, -6 pool, -6 aquarium, -10 volume converter",
	 "Box volume calculator", "Works out volume and surface of a box.", NULL,
	 KNOWN_IN{REAL("length", "Length", "", "4", 0, 1e6),
		  REAL("width", "Width", "", "3", 0, 1e6),
		  REAL("height", "Height", "", "2", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{
		 PLAIN("volume", "Volume", "", "length * width * height", 6),
		 PLAIN("surface", "Surface", "",
		       "2 * (length * width + length * height + width * height)", 6),
		 PLAIN("diagonal", "Diagonal", "", "sqrt(length ^ 2 + width ^ 2 + height ^ 2)", 6),
		 KNOWN_END}},

	{"12 cylinder, 10 volume of tube, 8 pipe volume, 10 round tank", "Cylinder calculator",
	 "Works out volume and surface of a cylinder.", NULL,
	 KNOWN_IN{REAL("radius", "Radius", "", "3", 0, 1e6),
		  REAL("height", "Height", "", "10", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("volume", "Volume", "", PI " * radius ^ 2 * height", 6),
		   PLAIN("side", "Side surface", "", "2 * " PI " * radius * height", 6),
		   PLAIN("surface", "Whole surface", "", "side + 2 * " PI " * radius ^ 2", 6),
		   KNOWN_END}},

	{"12 sphere, 10 ball volume, 10 volume of ball", "Sphere calculator",
	 "Works out volume and surface of a sphere.", NULL,
	 KNOWN_IN{REAL("radius", "Radius", "", "3", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("volume", "Volume", "", "4 / 3 * " PI " * radius ^ 3", 6),
		   PLAIN("surface", "Surface", "", "4 * " PI " * radius ^ 2", 6), KNOWN_END}},

	{"12 cone, 12 volume of cone, -10 ice cream, -10 traffic cone", "Cone calculator",
	 "Works out volume and surface of a cone.", NULL,
	 KNOWN_IN{REAL("radius", "Radius", "", "3", 0, 1e6),
		  REAL("height", "Height", "", "4", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("volume", "Volume", "", PI " * radius ^ 2 * height / 3", 6),
		   PLAIN("slant", "Slant height", "", "sqrt(radius ^ 2 + height ^ 2)", 6),
		   PLAIN("surface", "Whole surface", "", PI " * radius * (radius + slant)", 6),
		   KNOWN_END}},

	{"12 proportion, 12 rule of three, 8 cross multiplication, 12 ratio calculator, 6 ratio, "
	 "-8 coffee, -8 aspect, -8 dilution",
	 "Proportion calculator", "Solves a : b = c : x for x.", NULL,
	 KNOWN_IN{REAL("a", "a", "", "3", -1e12, 1e12), REAL("b", "b", "", "12", -1e12, 1e12),
		  REAL("c", "c", "", "5", -1e12, 1e12), KNOWN_END},
	 KNOWN_OUT{PLAIN("x", "x", "", "b * c / a", 6), KNOWN_END}},

	{"14 quadratic, 10 second degree, 8 equation solver, 8 solve .. equation",
	 "Quadratic equation solver", "Finds the real solutions of a x² + b x + c = 0.",
	 "Without a real solution both results show a dash.",
	 KNOWN_IN{REAL("a", "a", "", "1", -1e9, 1e9), REAL("b", "b", "", "-5", -1e9, 1e9),
		  REAL("c", "c", "", "6", -1e9, 1e9), KNOWN_END},
	 KNOWN_OUT{PLAIN("d", "Discriminant", "", "b ^ 2 - 4 * a * c", 6),
		   PLAIN("x1", "First solution", "", "(-b + sqrt(d)) / (2 * a)", 6),
		   PLAIN("x2", "Second solution", "", "(-b - sqrt(d)) / (2 * a)", 6), KNOWN_END}},

	{"12 two numbers, 12 basic calculator, 12 standard calculator, 12 arithmetic, "
	 "12 four function, 12 normal calculator, 12 regular calculator, 12 pocket calculator, "
	 "10 math calculator, 10 add subtract multiply, 10 plus minus times, "
	 "10 everyday calculator, 12 add numbers, 12 adding numbers, 12 ordinary calculator, "
	 "-8 average",
	 "Two-number calculator", "Adds, subtracts, multiplies and divides two numbers.", NULL,
	 KNOWN_IN{REAL("a", "First number", "", "12", -1e15, 1e15),
		  REAL("b", "Second number", "", "5", -1e15, 1e15), KNOWN_END},
	 KNOWN_OUT{PLAIN("sum", "Sum", "", "a + b", 8),
		   PLAIN("difference", "Difference", "", "a - b", 8),
		   PLAIN("product", "Product", "", "a * b", 8),
		   PLAIN("quotient", "Quotient", "", "a / b", 8), KNOWN_END}},

	{"12 square root, 12 cube root, 12 root calculator, 12 power calculator, 10 exponent, "
	 "10 squared and cubed",
	 "Roots and powers", "Shows square, cube and roots of a number.", NULL,
	 KNOWN_IN{REAL("number", "Number", "", "9", 0, 1e6),
		  REAL("n", "Exponent", "", "2", -100, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("square", "Square", "", "number ^ 2", 8),
		   PLAIN("cube", "Cube", "", "number ^ 3", 8),
		   PLAIN("root", "Square root", "", "sqrt(number)", 8),
		   PLAIN("cube_root", "Cube root", "", "number ^ (1 / 3)", 8),
		   PLAIN("power", "Number to the exponent", "", "number ^ n", 8), KNOWN_END}},

	{.phrases = NULL},
};
